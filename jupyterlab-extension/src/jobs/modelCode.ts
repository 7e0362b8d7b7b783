import { fileName } from './actions.js';

const quoted = (text: string): string => JSON.stringify(text);

/** How the downloaded file is loaded. */
export function pt2Code(name: string): string {
  return ['import torch', '', `model = torch.export.load(${quoted(`${fileName(name)}.pt2`)}).module()`].join('\n');
}

/** How a notebook of this JupyterLab gets the model straight from its job. */
export function notebookCode(jobId: string): string {
  return ['import kargah', '', `model = kargah.connect().job(${quoted(jobId)}).model()`].join('\n');
}
