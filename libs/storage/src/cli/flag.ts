export interface Flag {
  group: 'Store' | 'Roles' | 'Rules' | 'Run' | 'Explain' | 'Audit' | 'Erase' | 'Move' | 'Grants' | 'Catalog' | 'Prove';
  help: string;
  /** Read where the flag is absent; lists have commas there. */
  env?: readonly string[];
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  multiple?: boolean;
}

export const flag = (group: Flag['group'], help: string, value?: string, env?: string[], multiple = false): Flag => ({
  group,
  help,
  ...(value && { value }),
  ...(env && { env }),
  ...(multiple && { multiple }),
});
