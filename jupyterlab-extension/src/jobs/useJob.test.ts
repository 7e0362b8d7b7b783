import { job } from '../testing/bridge.js';
import { laterOf } from './useJob.js';

describe('a job that was asked for while it ended', () => {
  const error = { code: 'script_syntax' as const, detail: 'A syntax error.', detail_fa: 'خطای نحوی.' };

  it('stays ended, with its cause, when the answer is older than the event', () => {
    const ended = job({ state: 'failed', error });
    expect(laterOf(ended, job({ state: 'starting' }))).toBe(ended);
  });

  it('is taken from the answer in every other case', () => {
    const answer = job({ state: 'failed', error });
    expect(laterOf(null, answer)).toBe(answer);
    expect(laterOf(job({ state: 'running' }), answer)).toBe(answer);
    expect(laterOf(job({ state: 'failed' }), answer)).toBe(answer);
  });
});
