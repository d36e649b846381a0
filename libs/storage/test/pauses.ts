import { jest } from '@jest/globals';

/** The pauses between tries are drawn by lot, from none to the longest: for the rest of a test file, none is drawn. */
export const withoutPauses = (): void => void jest.spyOn(Math, 'random').mockReturnValue(0);
