import { data } from '../../api/client.js';
import type { Dataset } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { useI18n } from '../../i18n/context.js';
import { may } from '../../projects/may.js';
import { refusalOf } from '../../store/uploads.js';
import type { Kargah } from '../../tokens.js';

/** A browser hashes a file only in memory and whole; of a larger one the bridge says at the end that it is here already. */
const HASHED_BYTES = 256 * 2 ** 20;

type Choice = 'open' | 'version' | 'another';

/** Begins uploads. What cannot be one is said at once; where a file is a dataset already, it is asked what is meant. */
export async function addFiles(kargah: Kargah, files: Iterable<File>, datasetId?: string): Promise<void> {
  const known: { readonly file: File; readonly holders: readonly Dataset[] }[] = [];
  // One after the other: each is hashed whole in memory. Copied, since what was dropped is a list only for as long as the event lasts.
  for (const file of [...files]) {
    const holders = refusalOf(file) === null ? await holdersOf(kargah, file) : [];
    const isKnown = datasetId === undefined ? holders.length > 0 : holders.some((one) => one.dataset_id === datasetId);
    if (isKnown) known.push({ file, holders });
    else send(kargah, file, datasetId, holders.length === 0);
  }
  for (const { file, holders } of known) {
    if (datasetId === undefined) await place(kargah, file, holders);
    else
      await sendAgain(
        kargah,
        file,
        holders.find((one) => one.dataset_id === datasetId)!,
      );
  }
}

/** @param tell whether the bridge's word, that the file is here already, is news */
function send(kargah: Kargah, file: File, datasetId: string | undefined, tell: boolean): void {
  const { i18n, shell, uploads } = kargah;
  const onSame = tell ? (same: string) => void tellSame(kargah, file, same) : undefined;
  for (const { name, reason } of uploads.add([file], { datasetId, onSame })) {
    shell.toast('error', i18n.t(reason === 'empty' ? 'upload.emptyFile' : 'upload.acceptFile', { x: name }));
  }
}

async function place(kargah: Kargah, file: File, holders: readonly Dataset[]): Promise<void> {
  const writable = holders.find((one) => one.mine && may(kargah, 'dataset.write'));
  const found = writable ?? holders[0]!;
  const choice = await ask(kargah, file, found, writable !== undefined);
  if (choice === 'open') await kargah.open('dataset', { dataset_id: found.dataset_id });
  else if (choice === 'version') send(kargah, file, found.dataset_id, false);
  else if (choice === 'another') send(kargah, file, undefined, false);
}

async function sendAgain(kargah: Kargah, file: File, { dataset_id, name }: Dataset): Promise<void> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('upload.here.again', { y: name }),
    body: t('upload.here.againDetail', { x: file.name }),
    accept: t('upload.here.add'),
  });
  if (sure) send(kargah, file, dataset_id, false);
}

async function ask(kargah: Kargah, file: File, found: Dataset, mayAdd: boolean): Promise<Choice | null> {
  let choice: Choice | null = null;
  await kargah.shell.show({
    title: kargah.i18n.t('upload.here'),
    content: (close) => (
      <AlreadyHere
        file={file.name}
        dataset={found.name}
        choices={mayAdd ? ['open', 'version', 'another'] : ['open', 'another']}
        onChoose={(chosen) => {
          choice = chosen;
          close();
        }}
      />
    ),
  });
  return choice;
}

function AlreadyHere({
  file,
  dataset,
  choices,
  onChoose,
}: {
  readonly file: string;
  readonly dataset: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (choice: Choice) => void;
}): JSX.Element {
  const { t } = useI18n();
  return (
    <div className="kg-Layout-stack" data-testid="kargah-already-here">
      <p>{t('upload.here.detail', { x: file, y: dataset })}</p>
      {choices.map((choice) => (
        <Button
          key={choice}
          size="block"
          kind={choice === 'open' ? 'primary' : 'plain'}
          label={t(`upload.here.${choice}`, { y: dataset })}
          onClick={() => onChoose(choice)}
        />
      ))}
    </div>
  );
}

async function tellSame(kargah: Kargah, file: File, datasetId: string): Promise<void> {
  const { api, i18n, shell } = kargah;
  const path = { dataset_id: datasetId };
  const same = await data(api.http.GET('/api/v1/datasets/{dataset_id}', { params: { path } })).catch(() => null);
  // Deleted meanwhile.
  if (same === null) return;
  shell.toast('info', i18n.t('upload.same', { x: file.name, y: same.name }), [
    { label: i18n.t('upload.here.open', { y: same.name }), run: () => void kargah.open('dataset', path) },
  ]);
}

/** Datasets that were made of this very file. None where that cannot be found out now: the bridge says it at the end. */
async function holdersOf({ api }: Kargah, file: File): Promise<readonly Dataset[]> {
  const held = async (query: { size_bytes: number } | { sha256: string }): Promise<readonly Dataset[]> => {
    const page = await data(api.http.GET('/api/v1/datasets', { params: { query: { ...query, limit: 20 } } }));
    return page.items.filter(({ state }) => state === 'ready');
  };
  try {
    // Hashing takes a while, and hardly any file is of the size of another.
    if ((await held({ size_bytes: file.size })).length === 0) return [];
    const sha256 = await digestOf(file);
    return sha256 === null ? [] : await held({ sha256 });
  } catch {
    return [];
  }
}

/** Null where the browser hashes nothing: on a page that did not come by https, or too large. */
async function digestOf(file: File): Promise<string | null> {
  // Where the context is not secure it is absent, whatever its type says.
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined || file.size > HASHED_BYTES) return null;
  const digest = new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
