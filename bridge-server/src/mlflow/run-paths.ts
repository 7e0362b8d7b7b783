/** The path below a folder; '' for the folder itself, null for what is elsewhere. */
export function below(folder: string, path: string): string | null {
  if (folder === '') return null;
  const trimmed = path.replace(/\/+$/u, '');
  if (trimmed === folder) return '';
  return trimmed.startsWith(`${folder}/`) ? trimmed.slice(folder.length + 1) : null;
}
