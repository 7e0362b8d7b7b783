import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { DatasetProfile } from '../../api/types.js';
import { ENGLISH } from '../../i18n/locale.js';
import { dataset, page, problem } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import { Splits } from './Splits.js';

let bench: Workbench;
let asked: unknown;
beforeEach(async () => {
  asked = null;
  bench = await Workbench.start(ENGLISH, ({ path, body }) => {
    if (!path.endsWith('/splits')) return path.includes('/datasets') ? page() : problem(404, 'not_found');
    asked = JSON.parse(body.toString());
    return { status: 201, body: {} };
  });
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

const PARTS = { train: 6, validation: 0, test: 4 };
const profile = (parts?: typeof PARTS): DatasetProfile => ({
  dataset_id: 'ds_1',
  rows: 10,
  columns: [],
  classes: [],
  ...(parts && { parts }),
});
const show = (parts?: typeof PARTS): unknown =>
  bench.show(
    <Splits dataset={dataset()} version={1} of={undefined} profile={profile(parts)} onMade={() => undefined} />,
  );
const fill = async (label: string, text: string): Promise<void> => {
  await userEvent.clear(screen.getByLabelText(label));
  await userEvent.type(screen.getByLabelText(label), text);
};

it('takes shares in Persian digits', async () => {
  show();
  await fill('Training', '۷۵');
  await fill('Validation', '۱۲٫۵');
  await fill('Test', '12/5');
  await userEvent.click(screen.getByRole('button', { name: 'Make split' }));
  await waitFor(() => expect(asked).toMatchObject({ train: 0.75, validation: 0.125, test: 0.125, seed: 0 }));
});

it('says before it is sent that shares have to make a whole', async () => {
  show();
  await fill('Training', '50');
  expect(screen.getByText(/must add up to 100%/u)).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Make split' })).toHaveProperty('disabled', true);
});

it('offers the parts of the file itself where it has some, without shares', async () => {
  show();
  expect(screen.queryByRole('option', { name: 'as in the file' })).toBeNull();
  cleanup();
  show(PARTS);
  await userEvent.selectOptions(screen.getByLabelText('Method'), 'given');
  expect(screen.queryByLabelText('Training')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Make split' }));
  await waitFor(() => expect(asked).toMatchObject({ method: 'given', make_default: true }));
});
