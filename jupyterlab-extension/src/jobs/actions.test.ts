import { problem } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { PERSIAN } from '../i18n/locale.js';
import { downloadModel } from './actions.js';

const model = { job_id: 'job_aaaaaa', name: 'رقم‌ها' };
const unsafe = problem(409, 'model_unsafe', 'The model may run code: x.', 'این مدل ممکن است کدی را اجرا کند: x.');

let bench: Workbench;
const saved: string[] = [];

beforeEach(async () => {
  saved.length = 0;
  URL.createObjectURL = () => 'blob:model';
  URL.revokeObjectURL = () => undefined;
  jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  bench = await Workbench.start(PERSIAN, ({ path }) =>
    path.includes('unchecked=true') ? { status: 200, body: Buffer.from('weights') } : unsafe,
  );
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.stop();
});

describe('a model that may run code when it is loaded', () => {
  it('is downloaded after a question that says what the bridge found', async () => {
    await downloadModel(bench.kargah, model);
    expect(bench.asked).toEqual([
      { title: expect.stringContaining(model.name), body: expect.stringContaining('کدی را اجرا کند') },
    ]);
    expect(saved).toEqual(['رقم‌ها.pt2']);
    expect(bench.toasts).toEqual([]);
  });

  it('is left where it is when the answer is no', async () => {
    bench.sure = false;
    await downloadModel(bench.kargah, model);
    expect(bench.requests.filter((request) => request.includes('unchecked'))).toEqual([]);
    expect([saved, bench.toasts]).toEqual([[], []]);
  });
});
