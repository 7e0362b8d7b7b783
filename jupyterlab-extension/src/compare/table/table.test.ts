import { I18n } from '../../i18n/i18n.js';
import { ENGLISH } from '../../i18n/locale.js';
import { comparedJob, comparisonBytes } from '../../testing/comparison.js';
import { builtIn } from '../../testing/features.js';
import { type Compared, readComparison } from '../runs.js';
import { columnsOf, csvOf, shareOf, sorted } from './table.js';

const i18n = new I18n(ENGLISH);
beforeAll(() => void builtIn());
const series = (last: number, min = last) => ({ metric: 0, points: 1, not_finite: 0, last, first_step: 0, last_step: 0, min, min_step: 0, max: last, max_step: 0, buckets: 0, width: 1, axis: 0, at: 0 }); // prettier-ignore
const figure = (value: number) => ({ value, low: null, high: null, better: 'max' as const });
const report = (value: number) => {
  return { part: 'test' as const, chosen_on_these: false, rows: 30, metrics: { accuracy: figure(value) } };
};

function three(): Compared {
  const jobs = [
    comparedJob({ job_id: 'job_a', name: 'a', params: { lr: 0.1, layers: [8, 8], seed: 1 }, series: [series(0.5, 0.4)] }),
    comparedJob({ job_id: 'job_b', name: '=SUM(A1)', params: { lr: 0.01, layers: [8], seed: 1 }, series: [series(0.3)], report: report(0.9) }),
    comparedJob({ job_id: 'job_c', name: 'c, "d"', params: { lr: 0.001, seed: 1 }, dataset: null }),
  ]; // prettier-ignore
  return readComparison(comparisonBytes({ jobs, metrics: [{ key: 'val_loss', better: 'min', jobs: 2 }] }, []));
}

describe('the table of a comparison', () => {
  it('has what the jobs differ in, their metrics and the figures of their reports', () => {
    const labels = columnsOf(three(), 'best', true, i18n).map(({ label }) => label.replace(/\p{Cf}/gu, ''));
    expect(labels).toEqual(['val_loss', 'Dataset', 'lr', 'layers', 'accuracy (report)', 'Rows of the report']);
  });

  it('has everything where that is asked for', () => {
    const labels = columnsOf(three(), 'best', false, i18n).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['Recipe or script', 'Owner', 'seed']));
    expect(labels).not.toContain('Arguments');
  });

  it('stands in the order of a column, and what has no value stands last in either direction', () => {
    const compared = three();
    const columns = columnsOf(compared, 'best', true, i18n);
    const ids = (label: string, down: boolean): string[] =>
      sorted(compared.runs, columns.find((one) => one.label === label), down).map(({ job }) => job.job_id); // prettier-ignore
    expect(ids('val_loss', false)).toEqual(['job_b', 'job_a', 'job_c']);
    expect(ids('val_loss', true)).toEqual(['job_a', 'job_b', 'job_c']);
    expect(ids('lr', false)).toEqual(['job_c', 'job_b', 'job_a']);
    expect(ids('layers', true).at(-1)).toBe('job_c');
  });

  it('grades a metric by the end that is good, and nothing of which nobody says it', () => {
    const compared = three();
    const columns = columnsOf(compared, 'best', true, i18n);
    const loss = shareOf(columns[0]!, compared.runs);
    expect([loss(0.3), loss(0.4), loss(null)]).toEqual([1, 0, null]);
    expect(
      shareOf(
        columns.find(({ label }) => label === 'lr')!,
        compared.runs,
      )(0.1),
    ).toBeNull();
  });

  it('is a CSV file of bare values in which nothing is a formula', () => {
    const compared = three();
    const columns = columnsOf(compared, 'last', true, i18n).filter(({ id }) => id.startsWith('metric') || id === 'param lr'); // prettier-ignore
    expect(csvOf(compared.runs, columns).slice(1).split('\r\n')).toEqual([
      'job_id,name,state,val_loss,lr',
      'job_a,a,succeeded,0.5,0.1',
      "job_b,'=SUM(A1),succeeded,0.3,0.01",
      'job_c,"c, ""d""",succeeded,,0.001',
      '',
    ]);
  });
});
