import { expect, it } from 'vitest';
import { Events } from '../events.js';
import { CompareService, type CompareDeps } from './service.js';

it('answers two requests of a person at a time; further ones wait, and are refused where very many do', async () => {
  const open = Promise.withResolvers<undefined>();
  let entered = 0;
  const readable = async () => {
    entered += 1;
    await open.promise;
    return [];
  };
  const service = new CompareService({
    training: { readable },
    events: new Events(() => undefined),
    kept: {},
    log: { warn: () => undefined },
  } as unknown as CompareDeps);
  const ask = (userId: string) =>
    service.compare({ userId } as never, { job_ids: ['job_aaaaaa'] }, new AbortController().signal);
  const answers = Array.from({ length: 60 }, () =>
    ask('usr_a').then(
      () => 'answered',
      (error: unknown) => (error as { code: string }).code,
    ),
  );
  // Those that are refused are so before anything is read.
  const refused = await Promise.all(answers.slice(34));
  expect(refused).toEqual(Array.from({ length: 26 }, () => 'rate_limited'));
  expect(entered).toBe(2);
  const other = ask('usr_b');
  expect(entered).toBe(3);
  open.resolve(undefined);
  await other;
  expect(await Promise.all(answers.slice(0, 34))).toEqual(Array.from({ length: 34 }, () => 'answered'));
  expect(entered).toBe(35);
  await service.stop();
});
