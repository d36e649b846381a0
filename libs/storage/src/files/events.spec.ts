import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { parseOrgId } from '../keys/org-id.js';
import { StorageEvents, type StorageEvent } from './events.js';

const deleted = { kind: 'file-deleted', org: parseOrgId('11'), purpose: 'logo', place: {}, by: 'admin-1' } as const;

test('every listener hears it, also beside one that throws and one that rejects', async () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  const events = new StorageEvents();
  const heard: StorageEvent[] = [];
  events.subscribe(() => {
    throw new Error('one');
  });
  events.subscribe(async () => {
    throw new Error('two');
  });
  events.subscribe((event) => heard.push(event));
  expect(() => events.emit(deleted)).not.toThrow();
  await new Promise(setImmediate);
  expect(heard).toEqual([{ ...deleted, id: expect.any(String) as string, at: expect.any(Date) as Date }]);
  expect(logged).toHaveBeenCalledTimes(2);
  logged.mockRestore();
});

test('an ended subscription hears nothing', () => {
  const events = new StorageEvents();
  const heard: StorageEvent[] = [];
  const end = events.subscribe((event) => heard.push(event));
  end();
  events.emit(deleted);
  expect(heard).toEqual([]);
});
