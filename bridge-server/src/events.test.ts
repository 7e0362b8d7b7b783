import { expect, it } from 'vitest';
import { Events } from './events.js';

const points = (jobId: string) => ({ jobId, points: [{ key: 'loss', value: 1, step: 1, timestamp: 1 }] });

it('tells each listener what happened, in order, and of nothing else', () => {
  const events = new Events(() => undefined);
  const heard: string[] = [];
  events.on('job.points', ({ jobId }) => heard.push(`first ${jobId}`));
  events.on('job.points', ({ jobId }) => heard.push(`second ${jobId}`));
  events.on('job.changed', () => heard.push('changed'));
  events.emit('job.points', points('a'));
  events.emit('job.points', points('b'));
  expect(heard).toEqual(['first a', 'second a', 'first b', 'second b']);
});

it('tells a listener nothing more once it has stopped, and the same function may listen twice', () => {
  const events = new Events(() => undefined);
  const heard: string[] = [];
  const listener = ({ jobId }: { readonly jobId: string }): void => void heard.push(jobId);
  const stop = events.on('job.points', listener);
  events.on('job.points', listener);
  stop();
  stop();
  events.emit('job.points', points('a'));
  expect(heard).toEqual(['a']);
});

it('says which listener failed, to whom emits nothing and to the others everything', () => {
  const failures: unknown[] = [];
  const events = new Events((error, name) => failures.push([name, String(error)]));
  const heard: string[] = [];
  events.on('job.points', () => {
    throw new Error('a listener of its own trouble');
  });
  events.on('job.points', ({ jobId }) => heard.push(jobId));
  expect(() => events.emit('job.points', points('a'))).not.toThrow();
  expect(heard).toEqual(['a']);
  expect(failures).toEqual([['job.points', 'Error: a listener of its own trouble']]);
});
