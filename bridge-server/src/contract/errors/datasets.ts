import type { Errors } from './entry.js';

/** Uploads, datasets, and where they come from. */
export const DATASETS = {
  upload_offset_mismatch: {
    status: 409,
    en: 'The upload is at another offset; ask for it and go on from there.',
    fa: 'بخش دیگری از این فایل پیش‌تر رسیده است؛ «ادامه» را بزنید.',
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
    fa: 'درخواست بارگذاری با پروتکل tus نمی‌خواند: {reason}.',
  },
  upload_version: {
    status: 412,
    en: 'This server speaks tus {version} only; send Tus-Resumable: {version}.',
    fa: 'این سرور فقط نسخهٔ {version} از tus را می‌فهمد؛ Tus-Resumable: {version} بفرستید.',
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
    fa: 'این فایل {format} نیست؛ در آن {reason} پیدا شد. بررسی کنید که فایل درست را انتخاب کرده باشید، یا دوباره آن را با قالب {format} ذخیره کنید.',
  },
  ragged_rows: {
    status: 422,
    en: 'Row {row} has {found} cells but the header has {expected}; repair it and upload again.',
    fa: 'ردیف {row}، {found} خانه دارد ولی سرستون {expected} خانه؛ آن را اصلاح کنید و دوباره بارگذاری کنید.',
  },
  too_many_columns: {
    status: 422,
    en: 'The file has {columns} {columns|column|columns}; at most {max} are allowed.',
    fa: 'فایل {columns} ستون دارد؛ حداکثر {max} ستون پذیرفته می‌شود.',
  },
  no_rows: { status: 422, en: 'The file has a header but no rows.', fa: 'فایل سرستون دارد ولی ردیفی ندارد.' },
  bad_encoding: {
    status: 422,
    en: 'The text is neither UTF-8 nor Persian or Arabic in windows-1256; choose its encoding, or save it as UTF-8.',
    fa: 'متن نه UTF-8 است و نه فارسی یا عربی با windows-1256؛ کدگذاری آن را انتخاب کنید یا با UTF-8 ذخیره کنید.',
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
  archive_flat: {
    status: 422,
    en: 'The archive has {count} {count|image|images} in no folder; put them in one folder per class.',
    fa: '{count} تصویر این بایگانی در پوشه‌ای نیست؛ برای هر کلاس یک پوشه بسازید.',
  },
  archive_holds_tables: {
    status: 422,
    en: 'The archive holds several tables ({files}); upload the one you want.',
    fa: 'در این بایگانی چند جدول است ({files})؛ همان را که می‌خواهید بارگذاری کنید.',
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
    fa: 'مجموعه‌داده پیش از شروع کار حذف شد.',
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
    en: 'Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.',
    fa: 'مجموعه‌داده‌های شما {used} از {limit} سهمیهٔ شما را گرفته‌اند؛ چند تا را حذف کنید و دوباره تلاش کنید یا از مدیر سهمیهٔ بیشتری بخواهید.',
  },
  project_quota_exceeded: {
    status: 413,
    en: 'The project’s datasets use {used} of the {limit} that it may have; delete some and try again, or ask an administrator for more.',
    fa: 'مجموعه‌داده‌های پروژه {used} از {limit} سهمیهٔ آن را گرفته‌اند؛ چند تا را حذف کنید و دوباره تلاش کنید یا از مدیر سهمیهٔ بیشتری بخواهید.',
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
    fa: 'کسی با ایمیل {email} این‌جا حساب ندارد؛ از او بخواهید ابتدا حساب بسازد.',
  },
  column_unknown: {
    status: 422,
    en: 'There is no column named {column}; choose one of the table.',
    fa: 'ستونی به نام {column} نیست؛ یکی از ستون‌های جدول را انتخاب کنید.',
  },
  filter_invalid: {
    status: 422,
    en: 'The filter cannot be used: {reason}. Correct it and try again.',
    fa: 'این فیلتر به کار نمی‌آید: {reason}. آن را اصلاح کنید و دوباره تلاش کنید.',
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
    fa: 'جدول و مجموعهٔ تصویر با هم مقایسه نمی‌شوند؛ دو نسخهٔ هم‌نوع انتخاب کنید.',
  },
  split_shares: {
    status: 422,
    en: 'The three shares must add up to 100% and train must not be 0.',
    fa: 'جمع سه سهم باید ۱۰۰٪ باشد و سهم آموزش صفر نباشد.',
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
  split_not_given: {
    status: 422,
    en: 'This file has no parts of its own (folders or arrays called train, validation and test); choose another way.',
    fa: 'این فایل خودش بخش‌بندی (پوشه یا آرایه با نام train، validation و test) ندارد؛ روش دیگری انتخاب کنید.',
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
    fa: '{host} فایل را نداد: {reason}. نشانی را بررسی کنید و دوباره تلاش کنید.',
  },
  files_off: {
    status: 409,
    en: 'This server does not share its files with Kargah; upload the file instead.',
    fa: 'این سرور فایل‌هایش را به کارگاه نمی‌دهد؛ فایل را بارگذاری کنید.',
  },
  file_outside: {
    status: 422,
    en: 'The file must lie inside the Jupyter folder.',
    fa: 'فایل باید درون پوشهٔ JupyterLab باشد.',
  },
  file_hidden: {
    status: 422,
    en: 'Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.',
    fa: 'کارگاه از پوشه‌های پنهان (نام‌هایی که با نقطه شروع می‌شود) و پوشهٔ داده‌های خودش چیزی برنمی‌دارد؛ فایل را جابه‌جا کنید.',
  },
  file_missing: {
    status: 422,
    en: 'There is no readable file at {path}.',
    fa: 'در {path} فایلی خواندنی نیست.',
  },
  folder_too_full: {
    status: 422,
    en: 'The folder holds more than {limit} {limit|image|images}; pack it as a zip or tar file.',
    fa: 'در این پوشه بیش از {limit} تصویر است؛ آن را در یک فایل zip یا tar بگذارید.',
  },
  file_changed: {
    status: 409,
    en: 'The registered file has changed since it was read; register it again as a new version.',
    fa: 'فایل ثبت‌شده پس از خوانده شدن تغییر کرده است؛ دوباره به‌عنوان نسخهٔ جدید ثبتش کنید.',
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
    fa: 'ردیف {row} از ستون {column} مقدار «{value}» دارد که از نوع {type} نیست؛ نوع دیگری انتخاب کنید یا بگذارید این مقدارها خالی شوند.',
  },
  type_fits_few: {
    status: 422,
    en: '{count} of {total} values of {column} {count|is|are} not of type {type}, such as “{value}”; the column would be mostly empty. Choose another type, or say how it is written.',
    fa: '{count} از {total} مقدار ستون {column} از نوع {type} نیست، مانند «{value}»؛ بیشتر ستون خالی می‌شد. نوع دیگری انتخاب کنید یا شیوهٔ نوشتن آن را بگویید.',
  },
  date_order_unclear: {
    status: 422,
    en: '“{value}” of {column} may be read with the day or the month first; choose the order of the date.',
    fa: '«{value}» در ستون {column} هم با روز در آغاز خوانده می‌شود و هم با ماه؛ ترتیب تاریخ را انتخاب کنید.',
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
    fa: 'فایل دیگر همان نیست که خواسته شده بود؛ آن را از ابتدا دانلود کنید.',
  },
  range_not_satisfiable: {
    status: 416,
    en: 'The requested range lies outside the file.',
    fa: 'بازهٔ خواسته‌شده بیرون از فایل است.',
  },
  already_in_project: {
    status: 409,
    en: 'It is in that project already; choose another one.',
    fa: 'از پیش در همان پروژه است؛ پروژهٔ دیگری را انتخاب کنید.',
  },
  workbook_too_small: {
    status: 422,
    en: 'A sheet of Excel holds 1,048,576 rows, 16,384 columns and 32,767 letters in a cell, and this table has more; download it as CSV or Parquet.',
    fa: 'یک برگهٔ Excel تا ۱٬۰۴۸٬۵۷۶ ردیف، ۱۶٬۳۸۴ ستون و ۳۲٬۷۶۷ حرف در هر خانه جا دارد و این جدول بیش از آن است؛ آن را به شکل CSV یا Parquet دانلود کنید.',
  },
} as const satisfies Errors;
