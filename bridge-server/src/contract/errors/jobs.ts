import type { Errors } from './entry.js';

/** Why a job cannot be begun, or how it failed. */
export const JOBS = {
  unknown_recipe: {
    status: 422,
    en: 'There is no recipe named {recipe}; a package that brings one must be installed in the Python that runs the job.',
    fa: 'الگویی به نام {recipe} نیست؛ بسته‌ای که آن را دارد باید در پایتونی که کار را اجرا می‌کند نصب باشد.',
  },
  recipe_broken: {
    status: 422,
    en: 'Recipe {recipe} of {package} cannot be used: {reason}. Correct or remove the package, then start the job again.',
    fa: 'الگوی {recipe} از بستهٔ {package} به کار نمی‌آید: {reason}. بسته را درست یا حذف کنید و کار را دوباره شروع کنید.',
  },
  torch_missing: {
    status: 409,
    en: 'PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.',
    fa: 'در پایتونی که کارها را اجرا می‌کند PyTorch نصب نیست. آن را همان‌جا نصب کنید (pip install torch؛ نسخهٔ مناسب دستگاهتان در pytorch.org هست) و کار را دوباره شروع کنید؛ چیز دیگری نیاز به راه‌اندازی دوباره ندارد.',
  },
  target_required: { status: 422, en: 'Choose a target.', fa: 'ستون هدف را انتخاب کنید.' },
  target_missing: {
    status: 422,
    en: 'The dataset has no column named {column}.',
    fa: 'مجموعه‌داده ستونی به نام {column} ندارد.',
  },
  columns_missing: {
    status: 422,
    en: 'The dataset has no columns named {columns}; choose among those of its table.',
    fa: 'مجموعه‌داده ستون‌هایی به نام {columns} ندارد؛ از ستون‌های جدولش انتخاب کنید.',
  },
  target_constant: {
    status: 422,
    en: 'Column {column} has only one value; nothing can be learned from it.',
    fa: 'ستون {column} تنها یک مقدار دارد؛ چیزی از آن آموخته نمی‌شود.',
  },
  target_all_missing: {
    status: 422,
    en: 'Every value of column {column} is missing.',
    fa: 'همهٔ مقدارهای ستون {column} خالی است.',
  },
  target_not_numeric: {
    status: 422,
    en: 'Column {column} holds text; regression needs numbers.',
    fa: 'ستون {column} متن دارد؛ رگرسیون عدد می‌خواهد.',
  },
  no_features: {
    status: 422,
    en: 'No usable feature column is left.',
    fa: 'هیچ ستون ویژگیِ قابل‌استفاده‌ای نمانده است.',
  },
  too_few_validation_rows: {
    status: 422,
    en: 'Only {rows} {rows|row|rows} would be left to judge the model by; at least {min} {min|is|are} needed. Add rows, choose a target whose values repeat, or another split.',
    fa: 'تنها {rows} ردیف برای سنجش مدل می‌ماند؛ دست‌کم {min} لازم است. ردیف اضافه کنید، یا هدفی که مقدارهایش تکرار می‌شود یا تقسیم دیگری را انتخاب کنید.',
  },
  too_few_rows: {
    status: 422,
    en: 'Only {rows} usable {rows|row|rows}; at least {min} {min|is|are} needed.',
    fa: 'تنها {rows} ردیف قابل‌استفاده هست؛ دست‌کم {min} لازم است.',
  },
  too_many_classes: {
    status: 422,
    en: 'Column {column} has {classes} different values and at most {max} can be told apart; choose another target, join rare values, or learn it as a number.',
    fa: 'ستون {column} دارای {classes} مقدار متفاوت است، ولی حداکثر {max} مقدار از هم بازشناخته می‌شود؛ هدف دیگری انتخاب کنید، مقدارهای کم‌شمار را یکی کنید یا آن را عددی بگیرید.',
  },
  target_all_different: {
    status: 422,
    en: 'Every value of column {column} is different, as in a name or an id; choose a column whose values repeat.',
    fa: 'همهٔ مقدارهای ستون {column} با هم فرق دارند، مانند نام یا شناسه؛ ستونی انتخاب کنید که مقدارهایش تکرار شود.',
  },
  numbers_too_large: {
    status: 422,
    en: 'Column {column} holds numbers as large as {value}; scale it or correct the cells.',
    fa: 'ستون {column} عددهایی به بزرگی {value} دارد؛ مقیاسش را کوچک یا خانه‌ها را اصلاح کنید.',
  },
  no_text_column: {
    status: 422,
    en: 'No column holds text; use the table recipe or another dataset.',
    fa: 'هیچ ستونی متن ندارد؛ الگوی جدول یا مجموعه‌دادهٔ دیگری به کار ببرید.',
  },
  text_column_missing: {
    status: 422,
    en: 'There is no text column named {column} besides the target.',
    fa: 'جز ستون هدف، ستون متنی به نام {column} نیست.',
  },
  script_not_found: { status: 422, en: 'There is no script at {path}.', fa: 'اسکریپتی در {path} نیست.' },
  script_outside: {
    status: 422,
    en: 'The script must lie in the Jupyter workspace.',
    fa: 'اسکریپت باید در پوشهٔ JupyterLab باشد.',
  },
  script_params: {
    status: 422,
    en: 'A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).',
    fa: 'اسکریپت پارامتر نمی‌گیرد؛ {names} را با args بدهید، مانند ["--lr", "0.5"]، یا با متغیر محیط (env).',
  },
  cwd_not_found: {
    status: 422,
    en: 'There is no folder {path} in the Jupyter workspace to work in.',
    fa: 'پوشهٔ {path} برای کار کردن در پوشهٔ JupyterLab نیست.',
  },
  variable_taken: {
    status: 422,
    en: 'The variable {name} is set by Kargah; choose another name. GPUs are asked for among the resources.',
    fa: 'متغیر {name} را کارگاه تعیین می‌کند؛ نام دیگری بگذارید. GPU را از بخش منابع بخواهید.',
  },
  secrets_needed: {
    status: 422,
    en: 'The secret variables {names} are not kept; give them again.',
    fa: 'متغیرهای محرمانهٔ {names} نگه داشته نمی‌شوند؛ دوباره بدهیدشان.',
  },
  script_syntax: {
    status: 422,
    en: 'The script has a syntax error; its traceback is in the log.',
    fa: 'اسکریپت خطای نحوی دارد؛ ردّ خطا در لاگ است.',
  },
  /** `exception`: type and message, one line; `log_offset`: the byte of the log at which that line begins. */
  script_failed: {
    status: 422,
    en: 'The script failed: {exception}',
    fa: 'اسکریپت ناموفق بود: {exception}',
  },
  /** No exception; here `exception` is the last line that it printed. */
  script_exited: {
    status: 422,
    en: 'The script ended with exit code {exit_code}; its last line: {exception}',
    fa: 'اسکریپت با کد {exit_code} پایان یافت؛ آخرین خط آن: {exception}',
  },
  script_silent: {
    status: 422,
    en: 'The script ended with exit code {exit_code} and printed nothing.',
    fa: 'اسکریپت با کد {exit_code} پایان یافت و چیزی ننوشت.',
  },
  killed_by_signal: {
    status: 422,
    en: 'The process was ended by signal {signal}.',
    fa: 'فرایند با سیگنال {signal} پایان یافت.',
  },
  killed_maybe_memory: {
    status: 422,
    en: 'The process was ended by signal {signal}, not by Kargah. Meanwhile the kernel ended processes for want of memory, perhaps this one; a smaller batch or less data may help.',
    fa: 'فرایند با سیگنال {signal} پایان یافت، نه از سوی کارگاه. در همان زمان سیستم‌عامل به‌دلیل کمبود حافظه به چند فرایند پایان داد و شاید این یکی هم از آن‌ها بود؛ دستهٔ کوچک‌تر یا دادهٔ کمتر را امتحان کنید.',
  },
  out_of_memory: {
    status: 422,
    en: 'Out of memory; use a smaller batch or less data.',
    fa: 'حافظه کم آمد؛ دستهٔ کوچک‌تر یا دادهٔ کمتر به کار ببرید.',
  },
  gpu_unusable: {
    status: 422,
    en: 'The PyTorch of this Python cannot use the GPU: it was built without CUDA, or the driver does not fit. Choose another Python, or no GPU.',
    fa: 'نسخهٔ PyTorch این پایتون نمی‌تواند GPU را به کار بگیرد: بدون CUDA ساخته شده یا درایور با آن سازگار نیست. پایتون دیگری انتخاب کنید یا GPU نخواهید.',
  },
  no_bridge: {
    status: 422,
    en: 'No bridge had run for {seconds} s, so the job was ended; what it logged and its checkpoint are kept. Resume it.',
    fa: 'کارگاه {seconds} ثانیه خاموش بود و کار پایان داده شد؛ آنچه ثبت کرده بود و نقطهٔ بازیابی‌اش مانده است. «ادامه» را بزنید.',
  },
  time_limit_reached: {
    status: 422,
    en: 'The job ran longer than its limit of {seconds} s and was ended.',
    fa: 'کار از مهلت {seconds} ثانیه‌ای خود گذشت و پایان داده شد.',
  },
  value_out_of_range: { status: 422, en: 'Use a value from {min} to {max}.', fa: 'مقدار میان {min} و {max} باشد.' },
  loss_diverged: {
    status: 422,
    en: 'Loss diverged; lower the learning rate.',
    fa: 'زیان واگرا شد؛ نرخ یادگیری را کم کنید.',
  },
  too_many_metrics: {
    status: 400,
    en: 'A job may have {limit} {limit|metric|metrics}; log what belongs together under one name, with steps.',
    fa: 'هر کار حداکثر {limit} متریک دارد؛ مقدارهای هم‌خانواده را با یک نام و در گام‌های متفاوت ثبت کنید.',
  },
  /** `status`: FAILED or KILLED, as MLflow calls it. */
  run_ended_failed: {
    status: 422,
    en: 'The script ended its MLflow run as {status}, though its process ended with code 0; see its log.',
    fa: 'اسکریپت اجرای MLflow خود را {status} اعلام کرد، هرچند فرایندش با کد صفر پایان یافت؛ لاگ را ببینید.',
  },
  recipe_failed: { status: 422, en: 'Training failed: {reason}.', fa: 'آموزش ناموفق بود: {reason}.' },
  launch_failed: {
    status: 422,
    en: 'The job process could not be started: {reason}.',
    fa: 'فرایند کار شروع نشد: {reason}.',
  },
  job_lost: {
    status: 422,
    en: 'The process vanished without a proof of how it ended.',
    fa: 'فرایند ناپدید شد و معلوم نیست چگونه پایان یافت؛ «ادامه» یا «رونوشت» را بزنید.',
  },
  job_not_active: { status: 409, en: 'The job has already ended.', fa: 'این کار پیش‌تر پایان یافته است.' },
  job_active: { status: 409, en: 'Stop the job first.', fa: 'ابتدا کار را متوقف کنید.' },
  job_has_no_checkpoint: {
    status: 409,
    en: 'The job left no checkpoint to resume from.',
    fa: 'این کار نقطهٔ بازیابی ندارد.',
  },
  checkpoint_mismatch: {
    status: 422,
    en: 'The checkpoint does not fit: {name} differs from the job that wrote it.',
    fa: 'نقطهٔ بازیابی سازگار نیست: {name} با کاری که آن را نوشت فرق دارد.',
  },
  lease_expired: {
    status: 422,
    en: 'The job gave no sign of life for {seconds} s; it was ended and counts as lost.',
    fa: 'کار {seconds} ثانیه نشانی از خود نداد؛ پایان داده شد و گم‌شده به شمار می‌آید.',
  },
  unknown_python: {
    status: 422,
    en: 'There is no Python environment named {python} here.',
    fa: 'محیط پایتونی به نام {python} این‌جا نیست.',
  },
  launcher_not_offered: {
    status: 422,
    en: 'This server does not run jobs with the launcher {launcher}; it has {offered}.',
    fa: 'این سرور کارها را با راه‌انداز {launcher} اجرا نمی‌کند. راه‌اندازهای آن: {offered}.',
  },
  resources_too_large: {
    status: 422,
    en: 'This machine has {available} {resource}; ask for no more.',
    fa: 'این دستگاه {available} {resource} دارد؛ بیش از آن نخواهید.',
  },
  recipe_takes_one_gpu: {
    status: 422,
    en: 'A recipe trains on one GPU; ask for one, or for none.',
    fa: 'الگو روی یک GPU آموزش می‌دهد؛ یکی بخواهید یا هیچ.',
  },
  note_changed: {
    status: 409,
    en: 'Somebody else changed this note meanwhile; look at theirs, and write yours into it.',
    fa: 'در این میان کس دیگری این یادداشت را تغییر داده است؛ نوشتهٔ او را ببینید و نوشتهٔ خود را به آن بیفزایید.',
  },
} as const satisfies Errors;
