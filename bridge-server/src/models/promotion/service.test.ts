import { promotes } from '../../../test/promotion-cases.js';
import { testStorage } from '../../../test/storage.js';

const open = async () => {
  const { db, close } = await testStorage();
  return { db, done: close };
};
promotes(open, { shared: false });
