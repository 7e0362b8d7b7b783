import { openStorage, type Storage } from '../src/storage/storage.js';

/** A fresh in-memory database with all tables; the test closes it. */
export function testStorage(): Promise<Storage> {
  return openStorage({ file: ':memory:' });
}
