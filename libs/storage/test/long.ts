export const runs = (short: number, long: number): number => (process.env['LONG_TESTS'] === '1' ? long : short);
