import { z } from 'zod';

interface ErrorEntry {
  readonly status: number;
  /** Sentence for people, with `{name}` slots filled from the error's `params`. */
  readonly en: string;
  readonly fa: string;
}

/**
 * The one table of errors: a stable code, its HTTP status and what people read, in both languages.
 * Code throws a coded error; one place (`errors.ts` of the bridge) turns it into an answer.
 */
export const ERRORS = {
  // Requests
  validation_failed: {
    status: 422,
    en: 'Some values are not valid; correct the marked fields.',
    fa: 'بعضی مقدارها درست نیست؛ خانه‌های نشان‌دار را اصلاح کنید.',
  },
  malformed_json: { status: 400, en: 'The request body is not valid JSON.', fa: 'متن درخواست JSON درستی نیست.' },
  payload_too_large: { status: 413, en: 'The request is larger than {limit}.', fa: 'درخواست از {limit} بزرگ‌تر است.' },
  unsupported_media_type: {
    status: 415,
    en: 'Send the request as {expected}.',
    fa: 'درخواست را به شکل {expected} بفرستید.',
  },
  malformed_request: {
    status: 400,
    en: 'This is not a valid HTTP request.',
    fa: 'این درخواست HTTP درستی نیست.',
  },
  request_timeout: {
    status: 408,
    en: 'The request stopped coming before its end; send it again.',
    fa: 'درخواست پیش از پایانش قطع شد؛ دوباره بفرستیدش.',
  },
  headers_too_large: {
    status: 431,
    en: 'The headers of the request are larger than {limit}; send fewer cookies or shorter values.',
    fa: 'سرآیندهای درخواست از {limit} بزرگ‌تر است؛ کوکی کم‌تر یا مقدار کوتاه‌تر بفرستید.',
  },
  wrong_host: {
    status: 421,
    en: 'This Kargah does not answer to that name; the administrator adds its address to KARGAH_PUBLIC_URL.',
    fa: 'این کارگاه به این نام پاسخ نمی‌دهد؛ مدیر نشانی‌اش را به KARGAH_PUBLIC_URL بیفزاید.',
  },
  method_not_allowed: { status: 405, en: 'This address does not take {method}.', fa: 'این نشانی {method} نمی‌پذیرد.' },
  not_found: { status: 404, en: 'Not found, or no access.', fa: 'پیدا نشد یا دسترسی ندارید.' },
  conflict: {
    status: 409,
    en: 'Someone changed this meanwhile; reload and try again.',
    fa: 'این مورد هم‌زمان تغییر کرده است؛ تازه کنید و دوباره بکوشید.',
  },
  rate_limited: {
    status: 429,
    en: 'Too many attempts; try again in {seconds} s.',
    fa: 'تلاش‌ها زیاد بود؛ {seconds} ثانیهٔ دیگر دوباره بکوشید.',
  },
  internal: { status: 500, en: 'Our error; send {request_id}.', fa: 'خطا از ماست؛ کد {request_id} را بفرستید.' },
  storage_full: {
    status: 507,
    en: 'The disk is full; free some space and try again.',
    fa: 'فضای دیسک پر است؛ جا باز کنید و دوباره بکوشید.',
  },
  shutting_down: {
    status: 503,
    en: 'The bridge is restarting; try again in a moment.',
    fa: 'کارگاه در حال راه‌اندازی دوباره است؛ کمی بعد دوباره بکوشید.',
  },

  // Accounts
  unauthenticated: { status: 401, en: 'Sign in first.', fa: 'ابتدا وارد شوید.' },
  token_expired: { status: 401, en: 'Session ended; sign in again.', fa: 'نشست پایان یافت؛ دوباره وارد شوید.' },
  session_expired: { status: 401, en: 'Session ended; sign in again.', fa: 'نشست پایان یافت؛ دوباره وارد شوید.' },
  bad_credentials: { status: 401, en: 'Wrong email or password.', fa: 'رمز یا ایمیل درست نیست.' },
  forbidden: { status: 403, en: 'Your role does not allow this.', fa: 'نقش شما اجازهٔ این کار را نمی‌دهد.' },
  session_required: {
    status: 403,
    en: 'A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.',
    fa: 'توکن شخصی توکن یا نشستی نمی‌سازد و پایان نمی‌دهد؛ با رمز خود در پنل وارد شوید.',
  },
  only_through_jupyter: {
    status: 403,
    en: 'JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).',
    fa: 'این کارگاه را JupyterLab آغاز کرده است و ورود همان‌جاست؛ در این نشانی توکن شخصی به کار ببرید («توکن‌های من» در پنل).',
  },
  signup_closed: {
    status: 403,
    en: 'New accounts are closed here; ask the administrator to open them (KARGAH_SIGNUP).',
    fa: 'ساختن حساب این‌جا بسته است؛ از مدیر بخواهید بازش کند (KARGAH_SIGNUP).',
  },
  signup_code_required: {
    status: 403,
    en: 'The first account needs the code that Kargah printed when it started; it is in its terminal or log, after “code for the first account:”.',
    fa: 'نخستین حساب کدی می‌خواهد که کارگاه هنگام آغاز نوشته است؛ آن را در ترمینال یا لاگ کارگاه پس از «code for the first account:» ببینید.',
  },
  signup_code_wrong: {
    status: 403,
    en: 'This is not the code of this start; copy the newest one from the terminal or log of Kargah, after “code for the first account:”.',
    fa: 'این کدِ این بار نیست؛ تازه‌ترین کد را از ترمینال یا لاگ کارگاه، پس از «code for the first account:»، بردارید.',
  },
  client_header_missing: {
    status: 403,
    en: 'Send the X-Kargah-Client header with this request.',
    fa: 'این درخواست سرآیند X-Kargah-Client می‌خواهد.',
  },
  email_taken: {
    status: 409,
    en: 'This email already has an account; sign in.',
    fa: 'این ایمیل حساب دارد؛ وارد شوید.',
  },
  weak_password: {
    status: 422,
    en: 'Use at least {min} characters; a sentence is good.',
    fa: 'دست‌کم {min} نویسه لازم است؛ یک جملهٔ خوب است.',
  },
  password_too_long: {
    status: 422,
    en: 'Use at most {max} characters.',
    fa: 'بیشینه {max} نویسه می‌شود.',
  },
  common_password: {
    status: 422,
    en: 'This password is easy to guess; use a sentence of your own.',
    fa: 'این رمز به‌آسانی حدس زده می‌شود؛ جمله‌ای از خودتان بنویسید.',
  },

  // Uploads and datasets
  upload_offset_mismatch: {
    status: 409,
    en: 'The upload is at another offset; ask for it and go on from there.',
    fa: 'بارگذاری در جای دیگری است؛ جای درست را بپرسید و ادامه دهید.',
  },
  upload_locked: {
    status: 423,
    en: 'Another window is sending this upload.',
    fa: 'پنجرهٔ دیگری همین بارگذاری را می‌فرستد.',
  },
  upload_gone: {
    status: 410,
    en: 'This upload has expired; upload again.',
    fa: 'مهلت این بارگذاری گذشته است؛ دوباره بارگذاری کنید.',
  },
  upload_protocol: {
    status: 400,
    en: 'The upload request breaks the tus protocol: {reason}.',
    fa: 'درخواست بارگذاری با قرارداد tus نمی‌خواند: {reason}.',
  },
  file_too_large: {
    status: 413,
    en: 'The file is larger than the limit of {limit}.',
    fa: 'فایل از سقف {limit} بزرگ‌تر است.',
  },
  unsupported_format: {
    status: 415,
    en: 'Only CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, text, and zip or tar of class folders.',
    fa: 'فقط CSV، TSV، Parquet، Arrow، JSON Lines، Excel، npz، متن، و zip یا tar از پوشه‌های کلاس.',
  },
  empty_file: {
    status: 422,
    en: 'The file is empty; upload one with data.',
    fa: 'فایل خالی است؛ فایلی با داده بارگذاری کنید.',
  },
  not_tabular: {
    status: 422,
    en: 'The file is not really {format}: {reason} has no place in it. See whether it is the right file, or save it as {format} again.',
    fa: 'این فایل واقعاً {format} نیست: {reason} جایی در آن ندارد. ببینید فایل درست را برگزیده‌اید، یا دوباره با قالب {format} ذخیره‌اش کنید.',
  },
  ragged_rows: {
    status: 422,
    en: 'Row {row} has {found} cells but the header has {expected}; repair it and upload again.',
    fa: 'ردیف {row} دارای {found} خانه است ولی سرستون {expected}؛ درستش کنید و دوباره بارگذاری کنید.',
  },
  too_many_columns: {
    status: 422,
    en: 'The file has {columns} columns; at most {max} are allowed.',
    fa: 'فایل {columns} ستون دارد؛ بیشینه {max} است.',
  },
  no_rows: { status: 422, en: 'The file has a header but no rows.', fa: 'فایل سرستون دارد ولی ردیفی ندارد.' },
  bad_encoding: {
    status: 422,
    en: 'The text is neither UTF-8 nor windows-1256; choose its encoding, or save it as UTF-8.',
    fa: 'متن نه UTF-8 است نه windows-1256؛ کدگذاری آن را برگزینید یا با UTF-8 ذخیره کنید.',
  },
  invalid_json_line: {
    status: 422,
    en: 'Line {line} is not a valid JSON object.',
    fa: 'خط {line} شیء JSON درستی نیست.',
  },
  archive_unsafe: {
    status: 422,
    en: 'The archive holds an unsafe path: {path}.',
    fa: 'بایگانی مسیر ناامنی دارد: {path}.',
  },
  archive_bomb: {
    status: 422,
    en: 'The archive grows too large when opened.',
    fa: 'بایگانی پس از باز شدن بیش از اندازه بزرگ می‌شود.',
  },
  archive_no_images: {
    status: 422,
    en: 'No image was found; put images in one folder per class.',
    fa: 'تصویری پیدا نشد؛ برای هر کلاس یک پوشه بسازید.',
  },
  archive_one_class: {
    status: 422,
    en: 'Only one class folder was found; at least two are needed.',
    fa: 'تنها یک پوشهٔ کلاس پیدا شد؛ دست‌کم دو تا لازم است.',
  },
  damaged_file: { status: 422, en: 'The file is damaged; upload again.', fa: 'فایل آسیب دیده؛ دوباره بارگذاری کنید.' },
  reader_limit: {
    status: 422,
    en: 'Reading the file needs more than the allowed {resource}.',
    fa: 'خواندن فایل بیش از {resource} مجاز می‌خواهد.',
  },
  dataset_not_ready: {
    status: 409,
    en: 'The dataset is still being read; wait until it is ready.',
    fa: 'مجموعه‌داده هنوز خوانده می‌شود؛ تا آماده شدن صبر کنید.',
  },
  dataset_failed: {
    status: 409,
    en: 'The dataset could not be read; upload it again.',
    fa: 'مجموعه‌داده خوانده نشد؛ دوباره بارگذاری کنید.',
  },
  dataset_deleted: {
    status: 409,
    en: 'The dataset was deleted before the job began.',
    fa: 'مجموعه‌داده پیش از آغاز کار حذف شد.',
  },
  dataset_wrong_kind: {
    status: 422,
    en: 'This recipe needs a dataset of {expected}.',
    fa: 'این الگو به مجموعه‌دادهٔ {expected} نیاز دارد.',
  },
  upload_checksum_mismatch: {
    status: 460,
    en: 'The bytes arrived changed; send this piece again.',
    fa: 'بایت‌ها در راه تغییر کردند؛ این تکه را دوباره بفرستید.',
  },
  quota_exceeded: {
    status: 413,
    en: 'Your datasets use {used} of {limit}; delete some and try again.',
    fa: 'مجموعه‌داده‌های شما {used} از {limit} را گرفته‌اند؛ چند تا را حذف کنید و دوباره بکوشید.',
  },
  dataset_freed: {
    status: 410,
    en: 'This version was deleted and its data freed; choose another version.',
    fa: 'این نسخه حذف و دادهٔ آن پاک شده است؛ نسخهٔ دیگری انتخاب کنید.',
  },
  last_version: {
    status: 409,
    en: 'This is the only version; delete the dataset instead.',
    fa: 'این تنها نسخه است؛ خود مجموعه‌داده را حذف کنید.',
  },
  unknown_person: {
    status: 422,
    en: 'Nobody here has the email {email}; ask them to register first.',
    fa: 'کسی با ایمیل {email} این‌جا نیست؛ بخواهید نخست نام‌نویسی کند.',
  },
  column_unknown: {
    status: 422,
    en: 'There is no column named {column}; choose one of the table.',
    fa: 'ستونی به نام {column} نیست؛ یکی از ستون‌های جدول را انتخاب کنید.',
  },
  filter_invalid: {
    status: 422,
    en: 'The filter cannot be used: {reason}. Correct it and try again.',
    fa: 'این پالایه به کار نمی‌آید: {reason}. درستش کنید و دوباره بکوشید.',
  },
  query_failed: {
    status: 422,
    en: 'The query failed: {reason}',
    fa: 'پرس‌وجو اجرا نشد: {reason}',
  },
  query_not_select: {
    status: 422,
    en: 'Write one SELECT over the table `data`; nothing else is allowed.',
    fa: 'یک SELECT روی جدول data بنویسید؛ چیز دیگری مجاز نیست.',
  },
  query_timeout: {
    status: 422,
    en: 'The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.',
    fa: 'پرس‌وجو بیش از {seconds} ثانیه طول کشید؛ با WHERE یا LIMIT کوچک‌ترش کنید.',
  },
  diff_kinds: {
    status: 422,
    en: 'A table and a set of images cannot be compared; choose versions of one kind.',
    fa: 'جدول و مجموعهٔ تصویر با هم سنجیدنی نیستند؛ دو نسخه از یک گونه انتخاب کنید.',
  },
  split_shares: {
    status: 422,
    en: 'The three shares must add up to 1 and train must not be 0.',
    fa: 'جمع سه سهم باید ۱ باشد و سهم آموزش صفر نباشد.',
  },
  split_column_required: {
    status: 422,
    en: 'Choose the column that {method} goes by.',
    fa: 'ستونی را که تقسیم {method} بر پایهٔ آن است انتخاب کنید.',
  },
  split_too_few: {
    status: 422,
    en: 'There are too few rows or groups for these parts ({found} found); change the shares or the column.',
    fa: 'ردیف‌ها یا گروه‌ها برای این بخش‌ها کم‌اند ({found} پیدا شد)؛ سهم‌ها یا ستون را عوض کنید.',
  },
  url_invalid: {
    status: 422,
    en: 'Give a full https address without a name and password in it.',
    fa: 'نشانی کامل https بدهید که نام و رمز در آن نباشد.',
  },
  url_private: {
    status: 422,
    en: 'The address {host} belongs to a private network; only public addresses are fetched.',
    fa: 'نشانی {host} از شبکهٔ خصوصی است؛ فقط نشانی‌های همگانی خوانده می‌شوند.',
  },
  url_failed: {
    status: 502,
    en: '{host} did not give the file: {reason}. Check the address and try again.',
    fa: '{host} فایل را نداد: {reason}. نشانی را بررسی کنید و دوباره بکوشید.',
  },
  files_off: {
    status: 409,
    en: 'This server does not share its files with Kargah; upload the file instead.',
    fa: 'این سرور فایل‌هایش را به کارگاه نمی‌دهد؛ فایل را بارگذاری کنید.',
  },
  file_outside: {
    status: 422,
    en: 'The file must lie inside the Jupyter folder.',
    fa: 'فایل باید درون پوشهٔ Jupyter باشد.',
  },
  file_hidden: {
    status: 422,
    en: 'Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.',
    fa: 'کارگاه از پوشه‌های پنهان (نام‌هایی که با نقطه آغاز می‌شود) و پوشهٔ داده‌های خودش چیزی برنمی‌دارد؛ فایل را جابه‌جا کنید.',
  },
  file_missing: {
    status: 422,
    en: 'There is no readable file at {path}.',
    fa: 'در {path} فایلی خواندنی نیست.',
  },
  folder_too_full: {
    status: 422,
    en: 'The folder holds more than {limit} images; pack it as a zip or tar file.',
    fa: 'در این پوشه بیش از {limit} تصویر است؛ آن را در یک فایل zip یا tar بگذارید.',
  },
  file_changed: {
    status: 409,
    en: 'The registered file has changed since it was read; register it again as a new version.',
    fa: 'فایل ثبت‌شده پس از خوانده شدن تغییر کرده است؛ دوباره به‌عنوان نسخهٔ تازه ثبتش کنید.',
  },
  connection_invalid: {
    status: 422,
    en: 'Give postgresql://user:password@host/database or sqlite:path.',
    fa: 'نشانی را به شکل postgresql://user:password@host/database یا sqlite:path بدهید.',
  },
  connection_local: {
    status: 422,
    en: 'Databases on this machine itself ({host}) are not read unless its administrator allows it: start the bridge with KARGAH_DATABASE_HOSTS={host}.',
    fa: 'پایگاه‌های داده‌ای که روی خود این دستگاه‌اند ({host}) خوانده نمی‌شوند مگر مدیر آن اجازه دهد: کارگاه را با KARGAH_DATABASE_HOSTS={host} اجرا کنید.',
  },
  connection_failed: {
    status: 422,
    en: 'The database did not answer: {reason}. Check the address, name and password.',
    fa: 'پایگاه داده پاسخ نداد: {reason}. نشانی، نام و رمز را بررسی کنید.',
  },
  value_not_of_type: {
    status: 422,
    en: 'Row {row} of {column} holds “{value}”, which is not of type {type}; choose another type, or let such values be missing.',
    fa: 'ردیف {row} از ستون {column} مقدار «{value}» دارد که از نوع {type} نیست؛ نوع دیگری برگزینید یا بگذارید این مقدارها خالی شوند.',
  },
  version_unknown: {
    status: 422,
    en: 'The dataset has no version {version}; choose one of its versions.',
    fa: 'این مجموعه‌داده نسخهٔ {version} ندارد؛ یکی از نسخه‌هایش را انتخاب کنید.',
  },
  split_unknown: {
    status: 422,
    en: 'This version has no such split; choose one of its splits.',
    fa: 'این نسخه چنین تقسیمی ندارد؛ یکی از تقسیم‌هایش را انتخاب کنید.',
  },
  content_changed: {
    status: 412,
    en: 'The file is no longer the one that was asked for; download it from its beginning.',
    fa: 'فایل دیگر همان نیست که خواسته شده بود؛ آن را از آغاز دریافت کنید.',
  },
  range_not_satisfiable: {
    status: 416,
    en: 'The requested range lies outside the file.',
    fa: 'بازهٔ خواسته‌شده بیرون از فایل است.',
  },

  // Jobs
  unknown_recipe: { status: 422, en: 'There is no recipe named {recipe}.', fa: 'الگویی به نام {recipe} نیست.' },
  target_required: { status: 422, en: 'Choose a target.', fa: 'ستون هدف را انتخاب کنید.' },
  target_missing: {
    status: 422,
    en: 'The dataset has no column named {column}.',
    fa: 'مجموعه‌داده ستونی به نام {column} ندارد.',
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
  no_features: { status: 422, en: 'No usable feature column is left.', fa: 'ستون ویژگی به‌دردبخوری نمانده است.' },
  too_few_rows: {
    status: 422,
    en: 'Only {rows} usable rows; at least {min} are needed.',
    fa: 'تنها {rows} ردیف به‌دردبخور هست؛ دست‌کم {min} لازم است.',
  },
  too_many_classes: {
    status: 422,
    en: 'Column {column} has {classes} different values and at most {max} can be told apart; choose another target, join rare values, or learn it as a number.',
    fa: 'ستون {column} {classes} مقدار گوناگون دارد و بیشینه {max} است؛ هدف دیگری برگزینید، مقدارهای کم‌شمار را یکی کنید یا آن را عدد بگیرید.',
  },
  target_all_different: {
    status: 422,
    en: 'Every value of column {column} is different, as in a name or an id; choose a column whose values repeat.',
    fa: 'همهٔ مقدارهای ستون {column} گوناگون است، مانند نام یا شناسه؛ ستونی برگزینید که مقدارهایش تکرار شود.',
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
    fa: 'اسکریپت باید در فضای کار ژوپیتر باشد.',
  },
  script_params: {
    status: 422,
    en: 'A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).',
    fa: 'اسکریپت پارامتر نمی‌گیرد؛ {names} را با args بدهید، مانند ["--lr", "0.5"]، یا با متغیر محیط (env).',
  },
  cwd_not_found: {
    status: 422,
    en: 'There is no folder {path} in the Jupyter workspace to work in.',
    fa: 'پوشهٔ {path} برای کار کردن در فضای کار ژوپیتر نیست.',
  },
  variable_taken: {
    status: 422,
    en: 'The variable {name} is set by Kargah; choose another name. GPUs are asked for among the resources.',
    fa: 'متغیر {name} را کارگاه تعیین می‌کند؛ نام دیگری بگذارید. پردازندهٔ گرافیکی را از بخش منابع بخواهید.',
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
    fa: 'اسکریپت با کد {exit_code} پایان یافت؛ واپسین خط آن: {exception}',
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
    fa: 'فرایند با سیگنال {signal} پایان یافت، نه از سوی کارگاه. در همان زمان هستهٔ سیستم از کمبود حافظه فرایندهایی را پایان داد، شاید همین را؛ دستهٔ کوچک‌تر یا دادهٔ کمتر شاید چاره باشد.',
  },
  out_of_memory: {
    status: 422,
    en: 'Out of memory; use a smaller batch or less data.',
    fa: 'حافظه کم آمد؛ دستهٔ کوچک‌تر یا دادهٔ کمتر به کار ببرید.',
  },
  gpu_unusable: {
    status: 422,
    en: 'The PyTorch of this Python cannot use the GPU: it was built without CUDA, or the driver does not fit. Choose another Python, or no GPU.',
    fa: 'PyTorch این پایتون نمی‌تواند پردازندهٔ گرافیکی را به کار بگیرد: بی CUDA ساخته شده یا درایور با آن جور نیست. پایتون دیگری برگزینید یا پردازندهٔ گرافیکی نخواهید.',
  },
  no_bridge: {
    status: 422,
    en: 'No bridge had run for {seconds} s, so the job was ended; what it logged and its checkpoint are kept. Resume it.',
    fa: '{seconds} ثانیه هیچ پلی روشن نبود و کار پایان داده شد؛ آنچه ثبت کرده بود و نقطهٔ بازیابی‌اش مانده است. آن را از سر بگیرید.',
  },
  time_limit_reached: {
    status: 422,
    en: 'The job ran longer than its limit of {seconds} s and was ended.',
    fa: 'کار از مهلت {seconds} ثانیه‌ای خود گذشت و پایان داده شد.',
  },
  value_out_of_range: { status: 422, en: 'Use a value from {min} to {max}.', fa: 'مقدار میان {min} و {max} باشد.' },
  loss_diverged: { status: 422, en: 'Loss diverged; lower the rate.', fa: 'زیان بی‌نهایت شد؛ نرخ را کم کنید.' },
  too_many_metrics: {
    status: 400,
    en: 'A job may have {limit} metrics; log what belongs together under one name, with steps.',
    fa: 'هر کار حداکثر {limit} متریک دارد؛ مقدارهای هم‌خانواده را با یک نام و در گام‌های گوناگون ثبت کنید.',
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
    fa: 'فرایند کار آغاز نشد: {reason}.',
  },
  job_lost: {
    status: 422,
    en: 'The process vanished without a proof of how it ended.',
    fa: 'فرایند بی‌آنکه پایانش ثابت شود ناپدید شد.',
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
    fa: 'نقطهٔ بازیابی جور نیست: {name} با کاری که آن را نوشت فرق دارد.',
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
  resources_too_large: {
    status: 422,
    en: 'This machine has {available} {resource}; ask for no more.',
    fa: 'این دستگاه {available} {resource} دارد؛ بیش از آن نخواهید.',
  },
  recipe_takes_one_gpu: {
    status: 422,
    en: 'A recipe trains on one GPU; ask for one, or for none.',
    fa: 'الگو روی یک پردازندهٔ گرافیکی آموزش می‌دهد؛ یکی بخواهید یا هیچ.',
  },

  // Why a job waits
  waiting_for_turn: {
    status: 409,
    en: 'Other jobs are before it: {jobs}.',
    fa: 'کارهای دیگری پیش از آن است: {jobs}.',
  },
  waiting_for_cpu: {
    status: 409,
    en: 'It needs {wanted} free cores; {free} are free.',
    fa: '{wanted} هستهٔ آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_memory: {
    status: 409,
    en: 'It needs {wanted} MB of free memory; {free} MB are free.',
    fa: '{wanted} مگابایت حافظهٔ آزاد می‌خواهد؛ {free} مگابایت آزاد است.',
  },
  waiting_for_gpu: {
    status: 409,
    en: 'It needs {wanted} free GPUs; {free} are free.',
    fa: '{wanted} پردازندهٔ گرافیکی آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_own_limit: {
    status: 409,
    en: 'You already run {max} jobs, as many as one person may.',
    fa: 'هم‌اکنون {max} کار در حال اجرا دارید؛ بیش از این برای یک نفر نیست.',
  },
  waiting_for_mlflow: {
    status: 409,
    en: 'MLflow is starting; the job begins when it is up.',
    fa: 'MLflow در حال راه‌اندازی است؛ کار پس از آن آغاز می‌شود.',
  },

  // Why a job was started cold
  warm_launcher_starting: {
    status: 409,
    en: 'The warm launcher was still loading.',
    fa: 'راه‌انداز گرم هنوز در حال بارگذاری بود.',
  },
  warm_launcher_failed: {
    status: 409,
    en: 'The warm launcher does not run: {reason}.',
    fa: 'راه‌انداز گرم کار نمی‌کند: {reason}.',
  },
  warm_launcher_unsafe: {
    status: 409,
    en: 'Forking would not be safe: {reason}.',
    fa: 'انشعاب امن نبود: {reason}.',
  },
  warm_launcher_first_job: {
    status: 409,
    en: 'It is the first job of this Python; the next ones start warm.',
    fa: 'نخستین کار این پایتون است؛ کارهای بعدی گرم آغاز می‌شود.',
  },

  warm_launcher_variable: {
    status: 409,
    en: 'It sets {name}, which counts when a Python starts.',
    fa: 'متغیر {name} را دارد که هنگام آغاز پایتون به کار می‌آید.',
  },

  // Sweeps
  sweep_space_empty: {
    status: 422,
    en: 'Choose at least one parameter to vary.',
    fa: 'دست‌کم یک پارامتر را برای تغییر برگزینید.',
  },
  sweep_grid_too_large: {
    status: 422,
    en: 'The grid has {size} settings; at most {max} are allowed.',
    fa: 'این شبکه {size} تنظیم دارد؛ بیشینه {max} است.',
  },
  sweep_not_active: { status: 409, en: 'The sweep has already ended.', fa: 'این جست‌وجو پیش‌تر پایان یافته است.' },
  sweep_active: { status: 409, en: 'Stop the sweep first.', fa: 'ابتدا جست‌وجو را متوقف کنید.' },
  sweep_failed: {
    status: 422,
    en: 'Every job of the sweep failed; look at the first one.',
    fa: 'همهٔ کارهای این جست‌وجو ناموفق بود؛ نخستین را ببینید.',
  },
  model_unsafe: {
    status: 409,
    en: 'The model may run code when it is loaded: {part} {reason}. Download it unchecked only if you trust whoever made it.',
    fa: 'این مدل ممکن است هنگام بارگذاری کدی را اجرا کند: {part} {reason}. تنها اگر به سازنده‌اش اعتماد دارید، آن را بدون بررسی دانلود کنید.',
  },
  model_not_ready: { status: 409, en: 'Model is ready at the end.', fa: 'مدل در پایان آماده است.' },
  quota_jobs: {
    status: 429,
    en: 'You already have {max} jobs waiting; wait for one to end.',
    fa: 'هم‌اکنون {max} کار در صف دارید؛ صبر کنید یکی پایان یابد.',
  },

  // MLflow
  mlflow_unavailable: {
    status: 503,
    en: 'MLflow does not answer now; it is being restarted.',
    fa: 'MLflow اکنون پاسخ نمی‌دهد؛ در حال راه‌اندازی دوباره است.',
  },
  points_waiting: {
    status: 503,
    en: 'Too many points wait for MLflow; send these again in a moment.',
    fa: 'نقطه‌های زیادی در صف MLflow است؛ کمی بعد دوباره بفرستید.',
  },
  mlflow_closed: { status: 404, en: 'This part of MLflow is closed here.', fa: 'این بخش از MLflow این‌جا بسته است.' },
  mlflow_not_implemented: {
    status: 501,
    en: '{what} is not supported for the current artifact repository; MLflow’s clients take the plain way.',
    fa: '{what} این‌جا نیست؛ کلاینت MLflow راه ساده را می‌رود.',
  },
  mlflow_parameter_missing: {
    status: 400,
    en: 'Missing value for required parameter “{name}”.',
    fa: 'پارامتر لازم «{name}» مقدار ندارد.',
  },
  mlflow_reserved_key: {
    status: 400,
    en: 'Tags of runs and experiments that begin with “kargah.” are set by the bridge alone; choose another key than “{key}”.',
    fa: 'برچسب‌های اجراها و آزمایش‌ها با آغاز «kargah.» را تنها پل می‌گذارد؛ کلیدی جز «{key}» بردارید.',
  },
  mlflow_source_refused: {
    status: 400,
    en: 'Invalid model version source: “{source}”. Use one that begins with runs:/, models:/ or mlflow-artifacts:/.',
    fa: 'مبدأ نسخهٔ مدل «{source}» پذیرفته نیست؛ مبدأیی با آغاز runs:/ یا models:/ یا mlflow-artifacts:/ بدهید.',
  },
  mlflow_artifact_name: {
    status: 400,
    en: 'Invalid path: name a file below the run, each name in it of at most 255 bytes.',
    fa: 'مسیر درست نیست: پرونده‌ای زیر اجرا را نام ببرید که هر نامش حداکثر ۲۵۵ بایت باشد.',
  },
  mlflow_query_refused: {
    status: 400,
    en: 'Send a GraphQL query of text, at most {limit} levels deep.',
    fa: 'یک پرس‌وجوی GraphQL متنی با حداکثر {limit} سطح بفرستید.',
  },
  mlflow_busy: {
    status: 429,
    en: 'Too many files at once; send this one again in a moment.',
    fa: 'پرونده‌های هم‌زمان زیاد است؛ کمی بعد این را دوباره بفرستید.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).meta({ id: 'ErrorCode' });

/** RFC 9457 problem details. `detail` is English, `detail_fa` Persian; programs test `code`. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    detail_fa: z.string(),
    code: errorCode,
    request_id: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string(), message_fa: z.string().optional(), code: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

/** Why a job or a dataset failed, as stored with it. */
export const failure = z
  .object({
    code: errorCode,
    detail: z.string(),
    detail_fa: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  })
  .meta({ id: 'Failure' });
export type Failure = z.infer<typeof failure>;
