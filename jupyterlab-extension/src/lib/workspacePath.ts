/** Where a file lies below the folder of JupyterLab: `RTC:` and other drives name where the file browser looks. */
export function workspacePath(path: string): string {
  return path.replace(/^[A-Za-z]+:/u, '');
}
