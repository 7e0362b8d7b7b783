// Made by `npm run generate` from the bridge's contract; do not edit.
/** How the names of files end that the reader takes. */
export const SUFFIXES = [
  '.csv',
  '.tsv',
  '.txt',
  '.parquet',
  '.pq',
  '.arrow',
  '.arrows',
  '.feather',
  '.ipc',
  '.jsonl',
  '.ndjson',
  '.json',
  '.xlsx',
  '.npz',
  '.zip',
  '.tar',
  '.tar.gz',
  '.tgz',
] as const;
