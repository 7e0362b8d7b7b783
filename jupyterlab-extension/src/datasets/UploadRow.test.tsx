import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Rows } from '../components/rows/Rows.js';
import { ENGLISH } from '../i18n/locale.js';
import { problem } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { asApiError, problemFrom } from '../api/errors.js';
import type { UploadItem } from '../store/uploads.js';
import { UploadRow } from './UploadRow.js';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.start(ENGLISH, () => problem(404, 'not_found'));
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

const refusedWith = (status: number, code: string): UploadItem => ({
  id: 'upload-1',
  name: 'digits.csv',
  size: 5,
  sent: 3,
  state: 'failed',
  speed: null,
  error: asApiError(problemFrom(status, JSON.stringify(problem(status, code, 'Why.').body))),
  datasetId: null,
});
const show = (item: UploadItem): void =>
  void bench.show(
    <Rows label="datasets">
      <UploadRow item={item} first />
    </Rows>,
  );

describe('a refused upload', () => {
  it.each([
    [507, 'storage_full'],
    [413, 'quota_exceeded'],
  ])('for %i %s says why and offers to go on', async (status, code) => {
    const resume = jest.spyOn(bench.kargah.uploads, 'resume');
    show(refusedWith(status, code));
    expect(screen.getByRole('alert').textContent).toBe('Why.');
    await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
    expect(resume).toHaveBeenCalledWith('upload-1');
  });

  it('that may yet go on is ended on both sides when it is cancelled', async () => {
    const cancel = jest.spyOn(bench.kargah.uploads, 'cancel');
    show(refusedWith(507, 'storage_full'));
    await userEvent.click(screen.getByRole('button', { name: 'Cancel upload' }));
    await waitFor(() => expect(cancel).toHaveBeenCalledWith('upload-1'));
  });

  it('for good is only put away', () => {
    show(refusedWith(415, 'unsupported_format'));
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Close' })).toBeTruthy();
  });
});
