import { describe, expect, test, vi } from 'vitest';
import type { Caller } from '../../access/caller.js';
import { metricsOf } from './accept.js';
import { WritePermissionCache } from './write-permissions.js';

const metric = { key: 'loss', value: 0.5, timestamp: 1, step: 2 };
const batch = (change: object, body: object = {}) =>
  metricsOf('/mlflow/runs/log-batch', 'application/json', {
    run_id: 'r1',
    metrics: [{ ...metric, ...change }],
    ...body,
  });

describe('what is taken in MLflow’s place', () => {
  test.each([
    [{}, '{"key":"loss","value":0.5,"timestamp":1,"step":2}'],
    [{ value: 'NaN' }, '{"key":"loss","value":"NaN","timestamp":1,"step":2}'],
    [
      { value: '-Infinity', timestamp: '1700000000000', step: '-3' },
      '{"key":"loss","value":"-Infinity","timestamp":1700000000000,"step":-3}',
    ],
    [
      { step: 1764325000123456789n, timestamp: '9223372036854775807' },
      '{"key":"loss","value":0.5,"timestamp":9223372036854775807,"step":1764325000123456789}',
    ],
    [{ step: '-9223372036854775808' }, '{"key":"loss","value":0.5,"timestamp":1,"step":-9223372036854775808}'],
    [{ value: -0, step: undefined }, '{"key":"loss","value":-0.0,"timestamp":1,"step":0}'],
    [{ run_id: 'r1' }, '{"key":"loss","value":0.5,"timestamp":1,"step":2}'],
    [
      { run_id: '', model_id: '', dataset_name: '', dataset_digest: '' },
      '{"key":"loss","value":0.5,"timestamp":1,"step":2}',
    ],
    [{ key: 'دقت/آزمون ۱: a.b-c_d' }, '{"key":"دقت/آزمون ۱: a.b-c_d","value":0.5,"timestamp":1,"step":2}'],
  ])('%o', (change, json) => {
    expect(batch(change)?.json).toBe(json);
  });

  test('is a single metric as MLflow’s client sends it', () => {
    const single = { run_id: 'r1', run_uuid: 'r1', ...metric, model_id: '' };
    expect(metricsOf('/mlflow/runs/log-metric', 'application/json; charset=utf-8', single)).toMatchObject({
      runId: 'r1',
      points: [metric],
    });
  });
});

describe('what MLflow is asked about', () => {
  test.each([
    [{ value: '0.5' }],
    [{ value: true }],
    [{ value: null }],
    [{ value: Infinity }],
    [{ timestamp: -1 }],
    [{ timestamp: undefined }],
    [{ timestamp: 1.5 }],
    [{ step: 2 ** 53 }],
    [{ step: 9223372036854775808n }],
    [{ step: '9223372036854775808' }],
    [{ step: '01' }],
    [{ key: '' }],
    [{ key: 'a'.repeat(251) }],
    [{ key: '/a' }],
    [{ key: 'a/' }],
    [{ key: 'a//b' }],
    [{ key: 'a/../b' }],
    [{ key: './a' }],
    [{ key: '..a' }],
    [{ key: 'a\n' }],
    [{ key: 'a#' }],
    [{ key: '文' }],
    [{ model_id: 'm-1' }],
    [{ model_id: null }],
    [{ dataset_name: 'd' }],
    [{ run_id: 'r2' }],
    [{ run_id: null }],
    [{ unknown: '' }],
    [{ unknown: 1 }],
  ])('%o', (change) => {
    expect(batch(change)).toBeNull();
  });

  test.each([
    [{ run_id: undefined }],
    [{ run_id: '../x' }],
    [{ runId: 'r1' }],
    [{ metrics: [] }],
    [{ metrics: {} }],
    [{ metrics: Array(1001).fill(metric) }],
    [{ params: [{ key: 'a', value: 'b' }] }],
    [{ tags: [{ key: 'a', value: 'b' }] }],
  ])('%j', (body) => {
    expect(batch({}, body)).toBeNull();
  });

  test('other types of body, and a run that has two names', () => {
    expect(metricsOf('/mlflow/runs/log-batch', 'text/plain', { run_id: 'r1', metrics: [metric] })).toBeNull();
    expect(
      metricsOf('/mlflow/runs/log-metric', 'application/json', { run_id: 'r1', run_uuid: 'r2', ...metric }),
    ).toBeNull();
  });
});

describe('the right to write to a run', () => {
  const caller = (userId: string, kind: 'user' | 'job' = 'user'): Caller =>
    ({ kind, userId, workspace: 'p' }) as unknown as Caller;

  test('is believed for half a minute, longer while MLflow is away, and for this person and run only', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const permissions = new WritePermissionCache();
    permissions.granted(caller('sara'), 'r1');
    expect(permissions.holds(caller('sara'), 'r1', 'up')).toBe(true);
    expect(permissions.holds(caller('reza'), 'r1', 'up')).toBe(false);
    expect(permissions.holds(caller('sara', 'job'), 'r1', 'up')).toBe(false);
    expect(permissions.holds(caller('sara'), 'r2', 'up')).toBe(false);
    vi.advanceTimersByTime(30_001);
    expect(permissions.holds(caller('sara'), 'r1', 'up')).toBe(false);
    expect(permissions.holds(caller('sara'), 'r1', 'away')).toBe(true);
    permissions.forgetRun('p', 'r1');
    expect(permissions.holds(caller('sara'), 'r1', 'away')).toBe(false);
    vi.useRealTimers();
  });
});
