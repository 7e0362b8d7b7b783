import type { Errors } from './entry.js';

/** Why a job waits, and why it was started cold. */
export const WAITS = {
  // Why a job waits
  waiting_for_turn: {
    status: 409,
    en: 'Jobs before it: {jobs}.',
    fa: '{jobs} کار جلوتر از آن است.',
  },
  waiting_for_cpu: {
    status: 409,
    en: 'Free cores needed: {wanted}; free now: {free}.',
    fa: '{wanted} هستهٔ آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_memory: {
    status: 409,
    en: 'It needs {wanted} MB of free memory; {free} MB are free.',
    fa: '{wanted} مگابایت حافظهٔ آزاد می‌خواهد؛ {free} مگابایت آزاد است.',
  },
  waiting_for_gpu: {
    status: 409,
    en: 'Free GPUs needed: {wanted}; free now: {free}.',
    fa: '{wanted} GPU آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_own_limit: {
    status: 409,
    en: 'You may run {max} {max|job|jobs} at once; this one begins when another ends, or an administrator changes that.',
    fa: 'سقف شما {max} کار هم‌زمان است؛ با پایان یکی این کار شروع می‌شود، یا مدیر سقف را عوض می‌کند.',
  },
  waiting_for_own_cpus: {
    status: 409,
    en: 'It asks for {wanted} of the {max} cores that you may use at once, and you use {used}; an administrator can change that.',
    fa: 'این کار {wanted} هسته از {max} هسته‌ای می‌خواهد که هم‌زمان می‌توانید داشته باشید و {used} هسته در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_own_gpus: {
    status: 409,
    en: 'It asks for {wanted} of the {max} GPUs that you may use at once, and you use {used}; an administrator can change that.',
    fa: 'این کار {wanted} GPU از {max} تایی می‌خواهد که هم‌زمان می‌توانید داشته باشید و {used} تا در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_project_jobs: {
    status: 409,
    en: 'The project runs {used} {used|job|jobs} and may run {max} at once; an administrator can change that.',
    fa: 'پروژه {used} کار در حال اجرا دارد و سقف آن {max} کار هم‌زمان است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_project_cpus: {
    status: 409,
    en: 'It asks for {wanted} of the {max} cores that the project may use at once, and it uses {used}; an administrator can change that.',
    fa: 'این کار {wanted} هسته از {max} هستهٔ پروژه می‌خواهد و {used} هسته در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_project_gpus: {
    status: 409,
    en: 'It asks for {wanted} of the {max} GPUs that the project may use at once, and it uses {used}; an administrator can change that.',
    fa: 'این کار {wanted} GPU از {max} تای پروژه می‌خواهد و {used} تا در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  own_limit_exceeded: {
    status: 422,
    en: 'It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.',
    fa: 'این کار {wanted} {resource} می‌خواهد و سقف هم‌زمان شما {max} است؛ کمتر بخواهید یا از مدیر سقف بیشتری بگیرید.',
  },
  project_limit_exceeded: {
    status: 422,
    en: 'It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.',
    fa: 'این کار {wanted} {resource} می‌خواهد و سقف هم‌زمان پروژه {max} است؛ کمتر بخواهید یا از مدیر سقف بیشتری بگیرید.',
  },
  waiting_for_mlflow: {
    status: 409,
    en: 'MLflow is starting; the job begins when it is up.',
    fa: 'سرور MLflow در حال راه‌اندازی است؛ کار پس از آن شروع می‌شود.',
  },

  // Why a job was started cold
  warm_launcher_starting: {
    status: 409,
    en: 'The warm launcher was still loading.',
    fa: 'شروع گرم هنوز آماده نبود.',
  },
  warm_launcher_failed: {
    status: 409,
    en: 'The warm launcher does not run: {reason}.',
    fa: 'شروع گرم کار نمی‌کند: {reason}.',
  },
  warm_launcher_unsafe: {
    status: 409,
    en: 'Forking would not be safe: {reason}.',
    fa: 'شروع گرم امن نبود: {reason}.',
  },
  warm_launcher_first_job: {
    status: 409,
    en: 'It is the first job of this Python; the next ones start warm.',
    fa: 'اولین کار این پایتون است؛ کارهای بعدی گرم شروع می‌شود.',
  },

  warm_launcher_recipe: {
    status: 409,
    en: 'The warm launcher does not have recipe {recipe} yet.',
    fa: 'شروع گرم هنوز الگوی {recipe} را ندارد.',
  },
  warm_launcher_variable: {
    status: 409,
    en: 'It sets {name}, which counts when a Python starts.',
    fa: 'متغیر {name} را دارد که هنگام شروع پایتون به کار می‌آید.',
  },
} as const satisfies Errors;
