/** What an organisation's client is for: its files, or its archive. Each has its own role, hence its own client. */
export type Area = 'files' | 'archive';
