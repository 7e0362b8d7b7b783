import type { Job } from '../../api/types.js';

/** What could make a failed job succeed; the first is offered as the main button. */
export type Remedy =
  | { readonly kind: 'batch'; readonly value: number }
  | { readonly kind: 'lr'; readonly value: number }
  | { readonly kind: 'script'; readonly path: string }
  | { readonly kind: 'change' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'again' }
  | { readonly kind: 'log' };

export function remediesOf(job: Job): readonly Remedy[] {
  const [first, ...rest] = causesOf(job);
  if (!job.can_resume || first === undefined) return [...(first === undefined ? [] : [first]), ...rest];
  // Where nothing has to be changed, resuming is offered before a new start.
  return first.kind === 'again' ? [{ kind: 'resume' }, first, ...rest] : [first, { kind: 'resume' }, ...rest];
}

function causesOf(job: Job): readonly Remedy[] {
  const batch = job.params['batch_size'];
  const rate = job.params['lr'];
  const code: string = job.error?.code ?? '';
  switch (code) {
    case 'out_of_memory':
    case 'killed_maybe_memory':
      return typeof batch === 'number' && batch > 1
        ? [{ kind: 'batch', value: Math.floor(batch / 2) }, { kind: 'log' }]
        : [{ kind: 'change' }, { kind: 'log' }];
    case 'loss_diverged':
      return typeof rate === 'number'
        ? [{ kind: 'lr', value: Number((rate / 10).toPrecision(6)) }, { kind: 'log' }]
        : [{ kind: 'change' }, { kind: 'log' }];
    case 'script_syntax':
    case 'script_failed':
    case 'script_exited':
    case 'script_silent':
      return job.script === null ? [{ kind: 'log' }] : [{ kind: 'script', path: job.script.path }, { kind: 'log' }];
    case 'target_missing':
    case 'target_constant':
    case 'target_all_missing':
    case 'target_not_numeric':
    case 'target_required':
    case 'no_features':
    case 'too_few_rows':
    case 'too_many_classes':
    case 'target_all_different':
    case 'numbers_too_large':
    case 'no_text_column':
    case 'text_column_missing':
    case 'checkpoint_mismatch':
    case 'gpu_unusable':
    case 'dataset_deleted':
    case 'dataset_failed':
      return [{ kind: 'change' }, { kind: 'log' }];
    default:
      return [{ kind: 'again' }, { kind: 'log' }];
  }
}
