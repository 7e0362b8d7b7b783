// Made by `npm run generate` from the bridge's contract; do not edit.
import type { Catalogue } from '../message.js';

/** What the bridge's errors say, by their codes. */
export const ERRORS: Catalogue = {
  validation_failed: {
    en: 'Some values are not valid; correct the marked fields.',
    fa: 'بعضی مقدارها درست نیست؛ فیلدهای مشخص‌شده را اصلاح کنید.',
  },
  malformed_json: { en: 'The request body is not valid JSON.', fa: 'متن درخواست JSON درستی نیست.' },
  payload_too_large: { en: 'The request is larger than {limit}.', fa: 'درخواست از {limit} بزرگ‌تر است.' },
  unsupported_media_type: { en: 'Send the request as {expected}.', fa: 'درخواست را به شکل {expected} بفرستید.' },
  malformed_request: { en: 'This is not a valid HTTP request.', fa: 'این درخواست HTTP درستی نیست.' },
  request_timeout: {
    en: 'The request stopped coming before its end; send it again.',
    fa: 'درخواست پیش از پایانش قطع شد؛ دوباره بفرستیدش.',
  },
  headers_too_large: {
    en: 'The headers of the request are larger than {limit}; send fewer cookies or shorter values.',
    fa: 'سرآیندهای درخواست از {limit} بزرگ‌تر است؛ کوکی کم‌تر یا مقدار کوتاه‌تر بفرستید.',
  },
  wrong_host: {
    en: 'This Kargah does not answer to that name; the administrator adds its address to KARGAH_PUBLIC_URL.',
    fa: 'این کارگاه به این نام پاسخ نمی‌دهد؛ مدیر نشانی‌اش را به KARGAH_PUBLIC_URL بیفزاید.',
  },
  method_not_allowed: { en: 'This address does not take {method}.', fa: 'این نشانی متد {method} را نمی‌پذیرد.' },
  not_found: { en: 'Not found, or no access.', fa: 'پیدا نشد یا دسترسی ندارید.' },
  conflict: {
    en: 'Someone changed this meanwhile; reload and try again.',
    fa: 'این مورد هم‌زمان تغییر کرده است؛ صفحه را دوباره باز کنید و دوباره تلاش کنید.',
  },
  rate_limited: {
    en: 'Too many attempts; try again in {seconds} s.',
    fa: 'تلاش‌ها زیاد بود؛ {seconds} ثانیهٔ دیگر دوباره تلاش کنید.',
  },
  internal: { en: 'Our error; send {request_id}.', fa: 'خطا از ماست؛ کد {request_id} را بفرستید.' },
  storage_full: {
    en: 'The disk is full; free some space and try again.',
    fa: 'فضای دیسک پر است؛ جا باز کنید و دوباره تلاش کنید.',
  },
  shutting_down: {
    en: 'The bridge is restarting; try again in a moment.',
    fa: 'کارگاه در حال راه‌اندازی دوباره است؛ کمی بعد دوباره تلاش کنید.',
  },
  unauthenticated: { en: 'Sign in first.', fa: 'ابتدا وارد شوید.' },
  token_expired: { en: 'Session ended; sign in again.', fa: 'نشست پایان یافت؛ دوباره وارد شوید.' },
  session_expired: { en: 'Session ended; sign in again.', fa: 'نشست پایان یافت؛ دوباره وارد شوید.' },
  bad_credentials: { en: 'Wrong email or password.', fa: 'رمز یا ایمیل درست نیست.' },
  wrong_password: {
    en: 'This is not your present password; write it again.',
    fa: 'این رمز کنونی شما نیست؛ دوباره بنویسیدش.',
  },
  account_disabled: {
    en: 'This account is disabled; ask an administrator to enable it.',
    fa: 'این حساب غیرفعال است؛ از مدیر بخواهید فعالش کند.',
  },
  last_admin: {
    en: 'Nobody would be left to administer this Kargah; make another person admin first.',
    fa: 'مدیری برای این کارگاه نمی‌ماند؛ ابتدا کس دیگری را مدیر کنید.',
  },
  projects_to_hand_over: {
    en: 'Nobody else owns {names} ({count} in all); say by their e-mail who gets them.',
    fa: 'جز این شخص کسی مالک {names} نیست ({count} پروژه)؛ با ایمیل بگویید به چه کسی برسد.',
  },
  heir_unknown: {
    en: '{email} is no other account that may be used here; name somebody who has one.',
    fa: 'نشانی {email} حساب دیگری نیست که این‌جا بتوان به کار برد؛ کسی را نام ببرید که حساب دارد.',
  },
  sweeps_to_stop: {
    en: 'The sweep “{name}” still begins jobs as this person; stop it first.',
    fa: 'جست‌وجوی «{name}» هنوز به نام این شخص کار شروع می‌کند؛ اول متوقفش کنید.',
  },
  reset_link_over: {
    en: 'This link was used, has expired or was replaced by a newer one; ask an administrator for another.',
    fa: 'این پیوند به کار رفته، زمانش گذشته یا پیوند تازه‌تری جایش آمده است؛ از مدیر پیوند دیگری بخواهید.',
  },
  forbidden: { en: 'Your role does not allow this.', fa: 'نقش شما اجازهٔ این کار را نمی‌دهد.' },
  scope_missing: {
    en: 'This token may not do that: it has no scope “{scope}”; make one that has, in the panel under “My tokens”.',
    fa: 'این توکن اجازهٔ این کار را ندارد: دامنهٔ «{scope}» را ندارد؛ در پنل، در «توکن‌های من»، توکنی با آن بسازید.',
  },
  session_required: {
    en: 'A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.',
    fa: 'توکن شخصی توکن یا نشستی نمی‌سازد و پایان نمی‌دهد؛ با رمز خود در پنل وارد شوید.',
  },
  only_through_jupyter: {
    en: 'JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).',
    fa: 'این کارگاه را JupyterLab راه‌اندازی کرده است و ورود همان‌جاست؛ در این نشانی توکن شخصی به کار ببرید («توکن‌های من» در پنل).',
  },
  signup_closed: {
    en: 'New accounts are closed here; ask the administrator to open them (KARGAH_SIGNUP).',
    fa: 'ساختن حساب این‌جا بسته است؛ از مدیر بخواهید بازش کند (KARGAH_SIGNUP).',
  },
  signup_by_invitation: {
    en: 'Accounts are made by invitation here; open the link that an owner of a project gives you, or ask an administrator.',
    fa: 'این‌جا حساب با دعوت ساخته می‌شود؛ پیوندی را که مالک یک پروژه به شما می‌دهد باز کنید یا از مدیر بپرسید.',
  },
  signup_code_required: {
    en: 'The first account needs the code that Kargah printed when it started; it is in its terminal or log, after “code for the first account:”.',
    fa: 'نخستین حساب کدی می‌خواهد که کارگاه هنگام شروع نوشته است؛ آن را در ترمینال یا لاگ کارگاه پس از «code for the first account:» ببینید.',
  },
  signup_code_wrong: {
    en: 'This is not the code of this start; copy the newest one from the terminal or log of Kargah, after “code for the first account:”.',
    fa: 'این کدِ این بار نیست؛ تازه‌ترین کد را از ترمینال یا لاگ کارگاه، پس از «code for the first account:»، بردارید.',
  },
  client_header_missing: {
    en: 'Send the X-Kargah-Client header with this request.',
    fa: 'این درخواست سرآیند X-Kargah-Client می‌خواهد.',
  },
  email_taken: { en: 'This email already has an account; sign in.', fa: 'این ایمیل حساب دارد؛ وارد شوید.' },
  weak_password: {
    en: 'Use at least {min} characters; a short sentence works well.',
    fa: 'دست‌کم {min} نویسه لازم است؛ یک جملهٔ کوتاه خوب است.',
  },
  password_too_long: { en: 'Use at most {max} characters.', fa: 'حداکثر {max} نویسه پذیرفته می‌شود.' },
  common_password: {
    en: 'This password is easy to guess; use a sentence of your own.',
    fa: 'این رمز به‌آسانی حدس زده می‌شود؛ جمله‌ای از خودتان بنویسید.',
  },
  mail_not_set_up: {
    en: 'This Kargah sends no e-mail: ask for the link without e-mail and hand it over yourself, or ask the administrator to name a mail server (KARGAH_SMTP_URL).',
    fa: 'این کارگاه ایمیل نمی‌فرستد: پیوند را بدون ایمیل بگیرید و خودتان برسانید، یا از مدیر بخواهید سرور ایمیل را تنظیم کند (KARGAH_SMTP_URL).',
  },
  last_owner: {
    en: 'This is the project’s last owner; make somebody else an owner first, or delete the project.',
    fa: 'این آخرین مالک پروژه است؛ اول کس دیگری را مالک کنید یا پروژه را حذف کنید.',
  },
  already_member: {
    en: 'You are a member of this project already; the invitation is still good for somebody else.',
    fa: 'شما از پیش عضو این پروژه‌اید؛ دعوت برای کس دیگری همچنان معتبر است.',
  },
  invitation_unknown: {
    en: 'This is not an invitation of this Kargah; copy the whole link, or ask for a new one.',
    fa: 'این دعوتِ این کارگاه نیست؛ پیوند را کامل کپی کنید یا دعوت تازه‌ای بخواهید.',
  },
  invitation_used: {
    en: 'This invitation has been used; ask an owner of the project for a new one.',
    fa: 'این دعوت استفاده شده است؛ از یکی از مالکان پروژه دعوت تازه‌ای بخواهید.',
  },
  invitation_expired: {
    en: 'This invitation has expired; ask an owner of the project for a new one.',
    fa: 'مهلت این دعوت گذشته است؛ از یکی از مالکان پروژه دعوت تازه‌ای بخواهید.',
  },
  invitation_revoked: {
    en: 'This invitation was revoked; ask an owner of the project for a new one.',
    fa: 'این دعوت پس گرفته شده است؛ از یکی از مالکان پروژه دعوت تازه‌ای بخواهید.',
  },
  invitation_taken: {
    en: 'Somebody joined by this invitation; you can take them out of the project.',
    fa: 'کسی با این دعوت عضو شده است؛ می‌توانید او را از پروژه بیرون ببرید.',
  },
  too_many_invitations: {
    en: 'The project has {max} open invitations; revoke those that are no longer needed.',
    fa: 'پروژه {max} دعوت باز دارد؛ آن‌هایی را که دیگر لازم نیست پس بگیرید.',
  },
  project_name_differs: {
    en: 'This is not the project’s name; write it exactly as it is shown: {name}',
    fa: 'این نام پروژه نیست؛ آن را درست همان‌گونه که نشان داده شده بنویسید: {name}',
  },
  project_is_first: {
    en: 'This is the first project of one of its owners, who always keep one. Delete what is in it instead.',
    fa: 'این پروژهٔ نخست یکی از مالکان آن است و هر کس همیشه یکی دارد. به جای آن، آنچه را در آن است حذف کنید.',
  },
  upload_offset_mismatch: {
    en: 'The upload is at another offset; ask for it and go on from there.',
    fa: 'بخش دیگری از این فایل پیش‌تر رسیده است؛ «ادامه» را بزنید.',
  },
  upload_locked: { en: 'Another window is sending this upload.', fa: 'پنجرهٔ دیگری همین بارگذاری را می‌فرستد.' },
  upload_gone: {
    en: 'This upload has expired; upload again.',
    fa: 'مهلت این بارگذاری گذشته است؛ دوباره بارگذاری کنید.',
  },
  upload_protocol: {
    en: 'The upload request breaks the tus protocol: {reason}.',
    fa: 'درخواست بارگذاری با پروتکل tus نمی‌خواند: {reason}.',
  },
  upload_version: {
    en: 'This server speaks tus {version} only; send Tus-Resumable: {version}.',
    fa: 'این سرور فقط نسخهٔ {version} از tus را می‌فهمد؛ Tus-Resumable: {version} بفرستید.',
  },
  file_too_large: { en: 'The file is larger than the limit of {limit}.', fa: 'فایل از سقف {limit} بزرگ‌تر است.' },
  unsupported_format: {
    en: 'Only CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, text, and zip or tar of class folders.',
    fa: 'فقط CSV، TSV، Parquet، Arrow، JSON Lines، Excel، npz، متن، و zip یا tar از پوشه‌های کلاس.',
  },
  empty_file: { en: 'The file is empty; upload one with data.', fa: 'فایل خالی است؛ فایلی با داده بارگذاری کنید.' },
  not_tabular: {
    en: 'The file is not really {format}: {reason} has no place in it. See whether it is the right file, or save it as {format} again.',
    fa: 'این فایل {format} نیست؛ در آن {reason} پیدا شد. بررسی کنید که فایل درست را انتخاب کرده باشید، یا دوباره آن را با قالب {format} ذخیره کنید.',
  },
  ragged_rows: {
    en: 'Row {row} has {found} cells but the header has {expected}; repair it and upload again.',
    fa: 'ردیف {row}، {found} خانه دارد ولی سرستون {expected} خانه؛ آن را اصلاح کنید و دوباره بارگذاری کنید.',
  },
  too_many_columns: {
    en: 'The file has {columns} {columns|column|columns}; at most {max} are allowed.',
    fa: 'فایل {columns} ستون دارد؛ حداکثر {max} ستون پذیرفته می‌شود.',
  },
  no_rows: { en: 'The file has a header but no rows.', fa: 'فایل سرستون دارد ولی ردیفی ندارد.' },
  bad_encoding: {
    en: 'The text is neither UTF-8 nor Persian or Arabic in windows-1256; choose its encoding, or save it as UTF-8.',
    fa: 'متن نه UTF-8 است و نه فارسی یا عربی با windows-1256؛ کدگذاری آن را انتخاب کنید یا با UTF-8 ذخیره کنید.',
  },
  invalid_json_line: { en: 'Line {line} is not a valid JSON object.', fa: 'خط {line} شیء JSON درستی نیست.' },
  archive_unsafe: { en: 'The archive holds an unsafe path: {path}.', fa: 'بایگانی مسیر ناامنی دارد: {path}.' },
  archive_bomb: {
    en: 'The archive grows too large when opened.',
    fa: 'بایگانی پس از باز شدن بیش از اندازه بزرگ می‌شود.',
  },
  archive_no_images: {
    en: 'No image was found; put images in one folder per class.',
    fa: 'تصویری پیدا نشد؛ برای هر کلاس یک پوشه بسازید.',
  },
  archive_flat: {
    en: 'The archive has {count} {count|image|images} in no folder; put them in one folder per class.',
    fa: '{count} تصویر این بایگانی در پوشه‌ای نیست؛ برای هر کلاس یک پوشه بسازید.',
  },
  archive_holds_tables: {
    en: 'The archive holds several tables ({files}); upload the one you want.',
    fa: 'در این بایگانی چند جدول است ({files})؛ همان را که می‌خواهید بارگذاری کنید.',
  },
  archive_one_class: {
    en: 'Only one class folder was found; at least two are needed.',
    fa: 'تنها یک پوشهٔ کلاس پیدا شد؛ دست‌کم دو تا لازم است.',
  },
  damaged_file: { en: 'The file is damaged; upload again.', fa: 'فایل آسیب دیده؛ دوباره بارگذاری کنید.' },
  reader_limit: {
    en: 'Reading the file needs more than the allowed {resource}.',
    fa: 'خواندن فایل بیش از {resource} مجاز می‌خواهد.',
  },
  dataset_not_ready: {
    en: 'The dataset is still being read; wait until it is ready.',
    fa: 'مجموعه‌داده هنوز خوانده می‌شود؛ تا آماده شدن صبر کنید.',
  },
  dataset_failed: {
    en: 'The dataset could not be read; upload it again.',
    fa: 'مجموعه‌داده خوانده نشد؛ دوباره بارگذاری کنید.',
  },
  dataset_deleted: { en: 'The dataset was deleted before the job began.', fa: 'مجموعه‌داده پیش از شروع کار حذف شد.' },
  dataset_wrong_kind: {
    en: 'This recipe needs a dataset of {expected}.',
    fa: 'این الگو به مجموعه‌دادهٔ {expected} نیاز دارد.',
  },
  upload_checksum_mismatch: {
    en: 'The bytes arrived changed; send this piece again.',
    fa: 'بایت‌ها در راه تغییر کردند؛ این تکه را دوباره بفرستید.',
  },
  quota_exceeded: {
    en: 'Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.',
    fa: 'مجموعه‌داده‌های شما {used} از {limit} سهمیهٔ شما را گرفته‌اند؛ چند تا را حذف کنید و دوباره تلاش کنید یا از مدیر سهمیهٔ بیشتری بخواهید.',
  },
  project_quota_exceeded: {
    en: 'The project’s datasets use {used} of the {limit} that it may have; delete some and try again, or ask an administrator for more.',
    fa: 'مجموعه‌داده‌های پروژه {used} از {limit} سهمیهٔ آن را گرفته‌اند؛ چند تا را حذف کنید و دوباره تلاش کنید یا از مدیر سهمیهٔ بیشتری بخواهید.',
  },
  dataset_freed: {
    en: 'This version was deleted and its data freed; choose another version.',
    fa: 'این نسخه حذف و دادهٔ آن پاک شده است؛ نسخهٔ دیگری انتخاب کنید.',
  },
  last_version: {
    en: 'This is the only version; delete the dataset instead.',
    fa: 'این تنها نسخه است؛ خود مجموعه‌داده را حذف کنید.',
  },
  unknown_person: {
    en: 'Nobody here has the email {email}; ask them to register first.',
    fa: 'کسی با ایمیل {email} این‌جا حساب ندارد؛ از او بخواهید ابتدا حساب بسازد.',
  },
  column_unknown: {
    en: 'There is no column named {column}; choose one of the table.',
    fa: 'ستونی به نام {column} نیست؛ یکی از ستون‌های جدول را انتخاب کنید.',
  },
  filter_invalid: {
    en: 'The filter cannot be used: {reason}. Correct it and try again.',
    fa: 'این فیلتر به کار نمی‌آید: {reason}. آن را اصلاح کنید و دوباره تلاش کنید.',
  },
  query_failed: { en: 'The query failed: {reason}', fa: 'پرس‌وجو اجرا نشد: {reason}' },
  query_not_select: {
    en: 'Write one SELECT over the table `data`; nothing else is allowed.',
    fa: 'یک SELECT روی جدول data بنویسید؛ چیز دیگری مجاز نیست.',
  },
  query_timeout: {
    en: 'The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.',
    fa: 'پرس‌وجو بیش از {seconds} ثانیه طول کشید؛ با WHERE یا LIMIT کوچک‌ترش کنید.',
  },
  diff_kinds: {
    en: 'A table and a set of images cannot be compared; choose versions of one kind.',
    fa: 'جدول و مجموعهٔ تصویر با هم مقایسه نمی‌شوند؛ دو نسخهٔ هم‌نوع انتخاب کنید.',
  },
  split_shares: {
    en: 'The three shares must add up to 100% and train must not be 0.',
    fa: 'جمع سه سهم باید ۱۰۰٪ باشد و سهم آموزش صفر نباشد.',
  },
  split_column_required: {
    en: 'Choose the column that {method} goes by.',
    fa: 'ستونی را که تقسیم {method} بر پایهٔ آن است انتخاب کنید.',
  },
  split_too_few: {
    en: 'There are too few rows or groups for these parts ({found} found); change the shares or the column.',
    fa: 'ردیف‌ها یا گروه‌ها برای این بخش‌ها کم‌اند ({found} پیدا شد)؛ سهم‌ها یا ستون را عوض کنید.',
  },
  split_not_given: {
    en: 'This file has no parts of its own (folders or arrays called train, validation and test); choose another way.',
    fa: 'این فایل خودش بخش‌بندی (پوشه یا آرایه با نام train، validation و test) ندارد؛ روش دیگری انتخاب کنید.',
  },
  url_invalid: {
    en: 'Give a full https address without a name and password in it.',
    fa: 'نشانی کامل https بدهید که نام و رمز در آن نباشد.',
  },
  url_private: {
    en: 'The address {host} belongs to a private network; only public addresses are fetched.',
    fa: 'نشانی {host} از شبکهٔ خصوصی است؛ فقط نشانی‌های همگانی خوانده می‌شوند.',
  },
  url_failed: {
    en: '{host} did not give the file: {reason}. Check the address and try again.',
    fa: '{host} فایل را نداد: {reason}. نشانی را بررسی کنید و دوباره تلاش کنید.',
  },
  files_off: {
    en: 'This server does not share its files with Kargah; upload the file instead.',
    fa: 'این سرور فایل‌هایش را به کارگاه نمی‌دهد؛ فایل را بارگذاری کنید.',
  },
  file_outside: { en: 'The file must lie inside the Jupyter folder.', fa: 'فایل باید درون پوشهٔ JupyterLab باشد.' },
  file_hidden: {
    en: 'Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.',
    fa: 'کارگاه از پوشه‌های پنهان (نام‌هایی که با نقطه شروع می‌شود) و پوشهٔ داده‌های خودش چیزی برنمی‌دارد؛ فایل را جابه‌جا کنید.',
  },
  file_missing: { en: 'There is no readable file at {path}.', fa: 'در {path} فایلی خواندنی نیست.' },
  folder_too_full: {
    en: 'The folder holds more than {limit} {limit|image|images}; pack it as a zip or tar file.',
    fa: 'در این پوشه بیش از {limit} تصویر است؛ آن را در یک فایل zip یا tar بگذارید.',
  },
  file_changed: {
    en: 'The registered file has changed since it was read; register it again as a new version.',
    fa: 'فایل ثبت‌شده پس از خوانده شدن تغییر کرده است؛ دوباره به‌عنوان نسخهٔ جدید ثبتش کنید.',
  },
  connection_invalid: {
    en: 'Give postgresql://user:password@host/database or sqlite:path.',
    fa: 'نشانی را به شکل postgresql://user:password@host/database یا sqlite:path بدهید.',
  },
  connection_local: {
    en: 'Databases on this machine itself ({host}) are not read unless its administrator allows it: start the bridge with KARGAH_DATABASE_HOSTS={host}.',
    fa: 'پایگاه‌های داده‌ای که روی خود این دستگاه‌اند ({host}) خوانده نمی‌شوند مگر مدیر آن اجازه دهد: کارگاه را با KARGAH_DATABASE_HOSTS={host} اجرا کنید.',
  },
  connection_failed: {
    en: 'The database did not answer: {reason}. Check the address, name and password.',
    fa: 'پایگاه داده پاسخ نداد: {reason}. نشانی، نام و رمز را بررسی کنید.',
  },
  value_not_of_type: {
    en: 'Row {row} of {column} holds “{value}”, which is not of type {type}; choose another type, or let such values be missing.',
    fa: 'ردیف {row} از ستون {column} مقدار «{value}» دارد که از نوع {type} نیست؛ نوع دیگری انتخاب کنید یا بگذارید این مقدارها خالی شوند.',
  },
  type_fits_few: {
    en: '{count} of {total} values of {column} {count|is|are} not of type {type}, such as “{value}”; the column would be mostly empty. Choose another type, or say how it is written.',
    fa: '{count} از {total} مقدار ستون {column} از نوع {type} نیست، مانند «{value}»؛ بیشتر ستون خالی می‌شد. نوع دیگری انتخاب کنید یا شیوهٔ نوشتن آن را بگویید.',
  },
  date_order_unclear: {
    en: '“{value}” of {column} may be read with the day or the month first; choose the order of the date.',
    fa: '«{value}» در ستون {column} هم با روز در آغاز خوانده می‌شود و هم با ماه؛ ترتیب تاریخ را انتخاب کنید.',
  },
  version_unknown: {
    en: 'The dataset has no version {version}; choose one of its versions.',
    fa: 'این مجموعه‌داده نسخهٔ {version} ندارد؛ یکی از نسخه‌هایش را انتخاب کنید.',
  },
  split_unknown: {
    en: 'This version has no such split; choose one of its splits.',
    fa: 'این نسخه چنین تقسیمی ندارد؛ یکی از تقسیم‌هایش را انتخاب کنید.',
  },
  content_changed: {
    en: 'The file is no longer the one that was asked for; download it from its beginning.',
    fa: 'فایل دیگر همان نیست که خواسته شده بود؛ آن را از ابتدا دانلود کنید.',
  },
  range_not_satisfiable: { en: 'The requested range lies outside the file.', fa: 'بازهٔ خواسته‌شده بیرون از فایل است.' },
  already_in_project: {
    en: 'It is in that project already; choose another one.',
    fa: 'از پیش در همان پروژه است؛ پروژهٔ دیگری را انتخاب کنید.',
  },
  workbook_too_small: {
    en: 'A sheet of Excel holds 1,048,576 rows, 16,384 columns and 32,767 letters in a cell, and this table has more; download it as CSV or Parquet.',
    fa: 'یک برگهٔ Excel تا ۱٬۰۴۸٬۵۷۶ ردیف، ۱۶٬۳۸۴ ستون و ۳۲٬۷۶۷ حرف در هر خانه جا دارد و این جدول بیش از آن است؛ آن را به شکل CSV یا Parquet دانلود کنید.',
  },
  unknown_recipe: {
    en: 'There is no recipe named {recipe}; a package that brings one must be installed in the Python that runs the job.',
    fa: 'الگویی به نام {recipe} نیست؛ بسته‌ای که آن را دارد باید در پایتونی که کار را اجرا می‌کند نصب باشد.',
  },
  recipe_broken: {
    en: 'Recipe {recipe} of {package} cannot be used: {reason}. Correct or remove the package, then start the job again.',
    fa: 'الگوی {recipe} از بستهٔ {package} به کار نمی‌آید: {reason}. بسته را درست یا حذف کنید و کار را دوباره شروع کنید.',
  },
  torch_missing: {
    en: 'PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.',
    fa: 'در پایتونی که کارها را اجرا می‌کند PyTorch نصب نیست. آن را همان‌جا نصب کنید (pip install torch؛ نسخهٔ مناسب دستگاهتان در pytorch.org هست) و کار را دوباره شروع کنید؛ چیز دیگری نیاز به راه‌اندازی دوباره ندارد.',
  },
  target_required: { en: 'Choose a target.', fa: 'ستون هدف را انتخاب کنید.' },
  target_missing: { en: 'The dataset has no column named {column}.', fa: 'مجموعه‌داده ستونی به نام {column} ندارد.' },
  columns_missing: {
    en: 'The dataset has no columns named {columns}; choose among those of its table.',
    fa: 'مجموعه‌داده ستون‌هایی به نام {columns} ندارد؛ از ستون‌های جدولش انتخاب کنید.',
  },
  target_constant: {
    en: 'Column {column} has only one value; nothing can be learned from it.',
    fa: 'ستون {column} تنها یک مقدار دارد؛ چیزی از آن آموخته نمی‌شود.',
  },
  target_all_missing: { en: 'Every value of column {column} is missing.', fa: 'همهٔ مقدارهای ستون {column} خالی است.' },
  target_not_numeric: {
    en: 'Column {column} holds text; regression needs numbers.',
    fa: 'ستون {column} متن دارد؛ رگرسیون عدد می‌خواهد.',
  },
  no_features: { en: 'No usable feature column is left.', fa: 'هیچ ستون ویژگیِ قابل‌استفاده‌ای نمانده است.' },
  too_few_validation_rows: {
    en: 'Only {rows} {rows|row|rows} would be left to judge the model by; at least {min} {min|is|are} needed. Add rows, choose a target whose values repeat, or another split.',
    fa: 'تنها {rows} ردیف برای سنجش مدل می‌ماند؛ دست‌کم {min} لازم است. ردیف اضافه کنید، یا هدفی که مقدارهایش تکرار می‌شود یا تقسیم دیگری را انتخاب کنید.',
  },
  too_few_rows: {
    en: 'Only {rows} usable {rows|row|rows}; at least {min} {min|is|are} needed.',
    fa: 'تنها {rows} ردیف قابل‌استفاده هست؛ دست‌کم {min} لازم است.',
  },
  too_many_classes: {
    en: 'Column {column} has {classes} different values and at most {max} can be told apart; choose another target, join rare values, or learn it as a number.',
    fa: 'ستون {column} دارای {classes} مقدار متفاوت است، ولی حداکثر {max} مقدار از هم بازشناخته می‌شود؛ هدف دیگری انتخاب کنید، مقدارهای کم‌شمار را یکی کنید یا آن را عددی بگیرید.',
  },
  target_all_different: {
    en: 'Every value of column {column} is different, as in a name or an id; choose a column whose values repeat.',
    fa: 'همهٔ مقدارهای ستون {column} با هم فرق دارند، مانند نام یا شناسه؛ ستونی انتخاب کنید که مقدارهایش تکرار شود.',
  },
  numbers_too_large: {
    en: 'Column {column} holds numbers as large as {value}; scale it or correct the cells.',
    fa: 'ستون {column} عددهایی به بزرگی {value} دارد؛ مقیاسش را کوچک یا خانه‌ها را اصلاح کنید.',
  },
  no_text_column: {
    en: 'No column holds text; use the table recipe or another dataset.',
    fa: 'هیچ ستونی متن ندارد؛ الگوی جدول یا مجموعه‌دادهٔ دیگری به کار ببرید.',
  },
  text_column_missing: {
    en: 'There is no text column named {column} besides the target.',
    fa: 'جز ستون هدف، ستون متنی به نام {column} نیست.',
  },
  script_not_found: { en: 'There is no script at {path}.', fa: 'اسکریپتی در {path} نیست.' },
  script_outside: { en: 'The script must lie in the Jupyter workspace.', fa: 'اسکریپت باید در پوشهٔ JupyterLab باشد.' },
  script_params: {
    en: 'A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).',
    fa: 'اسکریپت پارامتر نمی‌گیرد؛ {names} را با args بدهید، مانند ["--lr", "0.5"]، یا با متغیر محیط (env).',
  },
  cwd_not_found: {
    en: 'There is no folder {path} in the Jupyter workspace to work in.',
    fa: 'پوشهٔ {path} برای کار کردن در پوشهٔ JupyterLab نیست.',
  },
  variable_taken: {
    en: 'The variable {name} is set by Kargah; choose another name. GPUs are asked for among the resources.',
    fa: 'متغیر {name} را کارگاه تعیین می‌کند؛ نام دیگری بگذارید. GPU را از بخش منابع بخواهید.',
  },
  secrets_needed: {
    en: 'The secret variables {names} are not kept; give them again.',
    fa: 'متغیرهای محرمانهٔ {names} نگه داشته نمی‌شوند؛ دوباره بدهیدشان.',
  },
  script_syntax: {
    en: 'The script has a syntax error; its traceback is in the log.',
    fa: 'اسکریپت خطای نحوی دارد؛ ردّ خطا در لاگ است.',
  },
  script_failed: { en: 'The script failed: {exception}', fa: 'اسکریپت ناموفق بود: {exception}' },
  script_exited: {
    en: 'The script ended with exit code {exit_code}; its last line: {exception}',
    fa: 'اسکریپت با کد {exit_code} پایان یافت؛ آخرین خط آن: {exception}',
  },
  script_silent: {
    en: 'The script ended with exit code {exit_code} and printed nothing.',
    fa: 'اسکریپت با کد {exit_code} پایان یافت و چیزی ننوشت.',
  },
  killed_by_signal: { en: 'The process was ended by signal {signal}.', fa: 'فرایند با سیگنال {signal} پایان یافت.' },
  killed_maybe_memory: {
    en: 'The process was ended by signal {signal}, not by Kargah. Meanwhile the kernel ended processes for want of memory, perhaps this one; a smaller batch or less data may help.',
    fa: 'فرایند با سیگنال {signal} پایان یافت، نه از سوی کارگاه. در همان زمان سیستم‌عامل به‌دلیل کمبود حافظه به چند فرایند پایان داد و شاید این یکی هم از آن‌ها بود؛ دستهٔ کوچک‌تر یا دادهٔ کمتر را امتحان کنید.',
  },
  out_of_memory: {
    en: 'Out of memory; use a smaller batch or less data.',
    fa: 'حافظه کم آمد؛ دستهٔ کوچک‌تر یا دادهٔ کمتر به کار ببرید.',
  },
  gpu_unusable: {
    en: 'The PyTorch of this Python cannot use the GPU: it was built without CUDA, or the driver does not fit. Choose another Python, or no GPU.',
    fa: 'نسخهٔ PyTorch این پایتون نمی‌تواند GPU را به کار بگیرد: بدون CUDA ساخته شده یا درایور با آن سازگار نیست. پایتون دیگری انتخاب کنید یا GPU نخواهید.',
  },
  no_bridge: {
    en: 'No bridge had run for {seconds} s, so the job was ended; what it logged and its checkpoint are kept. Resume it.',
    fa: 'کارگاه {seconds} ثانیه خاموش بود و کار پایان داده شد؛ آنچه ثبت کرده بود و نقطهٔ بازیابی‌اش مانده است. «ادامه» را بزنید.',
  },
  time_limit_reached: {
    en: 'The job ran longer than its limit of {seconds} s and was ended.',
    fa: 'کار از مهلت {seconds} ثانیه‌ای خود گذشت و پایان داده شد.',
  },
  value_out_of_range: { en: 'Use a value from {min} to {max}.', fa: 'مقدار میان {min} و {max} باشد.' },
  loss_diverged: { en: 'Loss diverged; lower the learning rate.', fa: 'زیان واگرا شد؛ نرخ یادگیری را کم کنید.' },
  too_many_metrics: {
    en: 'A job may have {limit} {limit|metric|metrics}; log what belongs together under one name, with steps.',
    fa: 'هر کار حداکثر {limit} متریک دارد؛ مقدارهای هم‌خانواده را با یک نام و در گام‌های متفاوت ثبت کنید.',
  },
  run_ended_failed: {
    en: 'The script ended its MLflow run as {status}, though its process ended with code 0; see its log.',
    fa: 'اسکریپت اجرای MLflow خود را {status} اعلام کرد، هرچند فرایندش با کد صفر پایان یافت؛ لاگ را ببینید.',
  },
  recipe_failed: { en: 'Training failed: {reason}.', fa: 'آموزش ناموفق بود: {reason}.' },
  launch_failed: { en: 'The job process could not be started: {reason}.', fa: 'فرایند کار شروع نشد: {reason}.' },
  job_lost: {
    en: 'The process vanished without a proof of how it ended.',
    fa: 'فرایند ناپدید شد و معلوم نیست چگونه پایان یافت؛ «ادامه» یا «رونوشت» را بزنید.',
  },
  job_not_active: { en: 'The job has already ended.', fa: 'این کار پیش‌تر پایان یافته است.' },
  job_active: { en: 'Stop the job first.', fa: 'ابتدا کار را متوقف کنید.' },
  job_has_no_checkpoint: { en: 'The job left no checkpoint to resume from.', fa: 'این کار نقطهٔ بازیابی ندارد.' },
  checkpoint_mismatch: {
    en: 'The checkpoint does not fit: {name} differs from the job that wrote it.',
    fa: 'نقطهٔ بازیابی سازگار نیست: {name} با کاری که آن را نوشت فرق دارد.',
  },
  lease_expired: {
    en: 'The job gave no sign of life for {seconds} s; it was ended and counts as lost.',
    fa: 'کار {seconds} ثانیه نشانی از خود نداد؛ پایان داده شد و گم‌شده به شمار می‌آید.',
  },
  unknown_python: {
    en: 'There is no Python environment named {python} here.',
    fa: 'محیط پایتونی به نام {python} این‌جا نیست.',
  },
  launcher_not_offered: {
    en: 'This server does not run jobs with the launcher {launcher}; it has {offered}.',
    fa: 'این سرور کارها را با راه‌انداز {launcher} اجرا نمی‌کند. راه‌اندازهای آن: {offered}.',
  },
  resources_too_large: {
    en: 'This machine has {available} {resource}; ask for no more.',
    fa: 'این دستگاه {available} {resource} دارد؛ بیش از آن نخواهید.',
  },
  recipe_takes_one_gpu: {
    en: 'A recipe trains on one GPU; ask for one, or for none.',
    fa: 'الگو روی یک GPU آموزش می‌دهد؛ یکی بخواهید یا هیچ.',
  },
  note_changed: {
    en: 'Somebody else changed this note meanwhile; look at theirs, and write yours into it.',
    fa: 'در این میان کس دیگری این یادداشت را تغییر داده است؛ نوشتهٔ او را ببینید و نوشتهٔ خود را به آن بیفزایید.',
  },
  waiting_for_turn: { en: 'Jobs before it: {jobs}.', fa: '{jobs} کار جلوتر از آن است.' },
  waiting_for_cpu: {
    en: 'Free cores needed: {wanted}; free now: {free}.',
    fa: '{wanted} هستهٔ آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_memory: {
    en: 'It needs {wanted} MB of free memory; {free} MB are free.',
    fa: '{wanted} مگابایت حافظهٔ آزاد می‌خواهد؛ {free} مگابایت آزاد است.',
  },
  waiting_for_gpu: {
    en: 'Free GPUs needed: {wanted}; free now: {free}.',
    fa: '{wanted} GPU آزاد می‌خواهد؛ {free} آزاد است.',
  },
  waiting_for_own_limit: {
    en: 'You may run {max} {max|job|jobs} at once; this one begins when another ends, or an administrator changes that.',
    fa: 'سقف شما {max} کار هم‌زمان است؛ با پایان یکی این کار شروع می‌شود، یا مدیر سقف را عوض می‌کند.',
  },
  waiting_for_own_cpus: {
    en: 'It asks for {wanted} of the {max} cores that you may use at once, and you use {used}; an administrator can change that.',
    fa: 'این کار {wanted} هسته از {max} هسته‌ای می‌خواهد که هم‌زمان می‌توانید داشته باشید و {used} هسته در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_own_gpus: {
    en: 'It asks for {wanted} of the {max} GPUs that you may use at once, and you use {used}; an administrator can change that.',
    fa: 'این کار {wanted} GPU از {max} تایی می‌خواهد که هم‌زمان می‌توانید داشته باشید و {used} تا در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_project_jobs: {
    en: 'The project runs {used} {used|job|jobs} and may run {max} at once; an administrator can change that.',
    fa: 'پروژه {used} کار در حال اجرا دارد و سقف آن {max} کار هم‌زمان است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_project_cpus: {
    en: 'It asks for {wanted} of the {max} cores that the project may use at once, and it uses {used}; an administrator can change that.',
    fa: 'این کار {wanted} هسته از {max} هستهٔ پروژه می‌خواهد و {used} هسته در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  waiting_for_project_gpus: {
    en: 'It asks for {wanted} of the {max} GPUs that the project may use at once, and it uses {used}; an administrator can change that.',
    fa: 'این کار {wanted} GPU از {max} تای پروژه می‌خواهد و {used} تا در کار است؛ مدیر می‌تواند سقف را عوض کند.',
  },
  own_limit_exceeded: {
    en: 'It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.',
    fa: 'این کار {wanted} {resource} می‌خواهد و سقف هم‌زمان شما {max} است؛ کمتر بخواهید یا از مدیر سقف بیشتری بگیرید.',
  },
  project_limit_exceeded: {
    en: 'It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.',
    fa: 'این کار {wanted} {resource} می‌خواهد و سقف هم‌زمان پروژه {max} است؛ کمتر بخواهید یا از مدیر سقف بیشتری بگیرید.',
  },
  waiting_for_mlflow: {
    en: 'MLflow is starting; the job begins when it is up.',
    fa: 'سرور MLflow در حال راه‌اندازی است؛ کار پس از آن شروع می‌شود.',
  },
  warm_launcher_starting: { en: 'The warm launcher was still loading.', fa: 'شروع گرم هنوز آماده نبود.' },
  warm_launcher_failed: { en: 'The warm launcher does not run: {reason}.', fa: 'شروع گرم کار نمی‌کند: {reason}.' },
  warm_launcher_unsafe: { en: 'Forking would not be safe: {reason}.', fa: 'شروع گرم امن نبود: {reason}.' },
  warm_launcher_first_job: {
    en: 'It is the first job of this Python; the next ones start warm.',
    fa: 'اولین کار این پایتون است؛ کارهای بعدی گرم شروع می‌شود.',
  },
  warm_launcher_recipe: {
    en: 'The warm launcher does not have recipe {recipe} yet.',
    fa: 'شروع گرم هنوز الگوی {recipe} را ندارد.',
  },
  warm_launcher_variable: {
    en: 'It sets {name}, which counts when a Python starts.',
    fa: 'متغیر {name} را دارد که هنگام شروع پایتون به کار می‌آید.',
  },
  sweep_space_empty: {
    en: 'Choose at least one parameter to vary.',
    fa: 'دست‌کم یک پارامتر را برای تغییر انتخاب کنید.',
  },
  sweep_grid_too_large: {
    en: 'The sweep has {size} {size|combination|combinations}; at most {max} {max|is|are} allowed: give fewer values or choose the guided method.',
    fa: 'این جست‌وجو {size} ترکیب دارد و حداکثر {max} ترکیب ممکن است؛ مقدارهای کمتری بدهید یا روش هوشمند را انتخاب کنید.',
  },
  sweep_not_active: { en: 'The sweep has already ended.', fa: 'این جست‌وجو پیش‌تر پایان یافته است.' },
  sweep_active: { en: 'Stop the sweep first.', fa: 'ابتدا جست‌وجو را متوقف کنید.' },
  sweep_failed: {
    en: 'Every job of the sweep failed; look at the first one.',
    fa: 'همهٔ کارهای این جست‌وجو ناموفق بود؛ اولین را ببینید.',
  },
  model_unsafe: {
    en: 'The model may run code when it is loaded: {part} {reason}. Download it unchecked only if you trust whoever made it.',
    fa: 'این مدل ممکن است هنگام خوانده شدن کدی را اجرا کند: {part} {reason}. تنها اگر به سازنده‌اش اعتماد دارید، آن را بدون بررسی دانلود کنید.',
  },
  weights_unwritable: {
    en: 'No package can be made of this model: its weight {weight} is of {kind}, which safetensors has not. Download it as .pt2, or the whole MLflow model.',
    fa: 'از این مدل نمی‌توان بسته ساخت: وزن {weight} از نوع {kind} است که در safetensors نیست. فایل ‎.pt2 یا کل مدل MLflow را دانلود کنید.',
  },
  model_not_ready: { en: 'Model is ready at the end.', fa: 'مدل در پایان آماده است.' },
  report_missing: {
    en: 'There is no report on this model: it was trained before reports were, its recipe makes none, or fewer than two rows were held back. Train it again for one.',
    fa: 'این مدل گزارش ندارد: یا پیش از گزارش‌ها آموزش دیده، یا الگوی آن گزارش نمی‌سازد، یا کمتر از دو ردیف کنار گذاشته شده است. برای گزارش، دوباره آموزش دهید.',
  },
  report_rows_missing: {
    en: 'What this model answered on each row was not kept: an earlier release made its report. Train once more, and compare then.',
    fa: 'پاسخ این مدل به تک‌تک ردیف‌ها نگه داشته نشده است، چون گزارشش را نسخه‌ای قدیمی ساخته است. یک بار دیگر آموزش دهید و سپس مقایسه کنید.',
  },
  rows_differ: { en: '{reason}', fa: '{reason_fa}' },
  quota_jobs: {
    en: 'You already have {max} {max|job|jobs} waiting; wait for one to end.',
    fa: 'هم‌اکنون {max} کار در صف دارید؛ صبر کنید یکی پایان یابد.',
  },
  mlflow_unavailable: {
    en: 'MLflow does not answer now; it is being restarted.',
    fa: 'سرور MLflow اکنون پاسخ نمی‌دهد؛ در حال راه‌اندازی دوباره است.',
  },
  points_waiting: {
    en: 'Too many points wait for MLflow; send these again in a moment.',
    fa: 'نقطه‌های زیادی در صف MLflow است؛ کمی بعد دوباره بفرستید.',
  },
  mlflow_closed: { en: 'This part of MLflow is closed here.', fa: 'این بخش از MLflow این‌جا بسته است.' },
  mlflow_not_implemented: {
    en: '{what} is not supported for the current artifact repository; MLflow’s clients take the plain way.',
    fa: '{what} این‌جا نیست؛ کلاینت MLflow راه ساده را می‌رود.',
  },
  mlflow_parameter_missing: {
    en: 'Missing value for required parameter “{name}”.',
    fa: 'پارامتر لازم «{name}» مقدار ندارد.',
  },
  mlflow_reserved_key: {
    en: 'Tags of runs and experiments that begin with “kargah.” are set by the bridge alone; choose another key than “{key}”.',
    fa: 'برچسب‌های اجراها و آزمایش‌ها را که با «kargah.» شروع می‌شود تنها پل می‌گذارد؛ کلیدی جز «{key}» بردارید.',
  },
  mlflow_source_refused: {
    en: 'Invalid model version source: “{source}”. Use one that begins with runs:/, models:/ or mlflow-artifacts:/.',
    fa: 'مبدأ نسخهٔ مدل «{source}» پذیرفته نیست؛ مبدأیی بدهید که با runs:/ یا models:/ یا mlflow-artifacts:/ شروع شود.',
  },
  mlflow_artifact_name: {
    en: 'Invalid path: name a file below the run, each name in it of at most 255 bytes.',
    fa: 'مسیر درست نیست: فایلی زیر اجرا را نام ببرید که هر نامش حداکثر ۲۵۵ بایت باشد.',
  },
  mlflow_query_refused: {
    en: 'Send a GraphQL query of text, at most {limit} levels deep.',
    fa: 'یک پرس‌وجوی GraphQL متنی با حداکثر {limit} سطح بفرستید.',
  },
  mlflow_busy: {
    en: 'Too many files at once; send this one again in a moment.',
    fa: 'فایل‌های هم‌زمان زیاد است؛ کمی بعد این را دوباره بفرستید.',
  },
  model_exists: {
    en: 'A model of this name is registered already; register a new version of it, or choose another name.',
    fa: 'مدلی با این نام ثبت شده است؛ نسخهٔ تازه‌ای از آن ثبت کنید یا نام دیگری بردارید.',
  },
  model_refused: { en: 'MLflow does not take this: {reason}', fa: 'سرور MLflow این را نمی‌پذیرد: {reason}' },
  model_name_refused: {
    en: 'MLflow takes no model of the name “{name}”: it must have a letter that is seen, at most 256 letters, no “/” and no “:”, and be no path such as “..”.',
    fa: 'سرور MLflow مدلی به نام «{name}» نمی‌پذیرد: نام باید نویسه‌ای دیدنی و حداکثر ۲۵۶ نویسه داشته باشد، بی «/» و «:»، و مسیری مانند «..» نباشد.',
  },
  alias_refused: {
    en: 'MLflow takes no alias “{alias}”: letters, digits, “_” and “-” only, at most 255, and neither “latest” nor “v” with a number.',
    fa: 'سرور MLflow نام مستعار «{alias}» را نمی‌پذیرد: تنها حرف، رقم، «_» و «-»، حداکثر ۲۵۵ نویسه، و نه «latest» و نه «v» با یک عدد.',
  },
  version_aliased: {
    en: '{aliases} {count|points|point} to version {version} of “{name}”; move or take away {count|it|them} first.',
    fa: '{aliases} به نسخهٔ {version} از «{name}» اشاره می‌کند؛ ابتدا جابه‌جایش کنید یا برش دارید.',
  },
  model_aliased: {
    en: '{aliases} {count|points|point} to {count|a version|versions} of “{name}”; take {count|it|them} away first.',
    fa: '{aliases} به نسخه‌ای از «{name}» اشاره می‌کند؛ ابتدا برش دارید.',
  },
  alias_protected: {
    en: '“{alias}” is protected in this project: ask for it with `kargah models promote` or with client.models["{name}"].promote(…).',
    fa: '«{alias}» در این پروژه محافظت‌شده است: آن را با `kargah models promote` یا با client.models["{name}"].promote(…) درخواست کنید.',
  },
  alias_not_protected: {
    en: '“{alias}” is not protected in this project: set it directly, or protect it in the rules first.',
    fa: '«{alias}» در این پروژه محافظت‌شده نیست: مستقیم تنظیمش کنید، یا ابتدا در قاعده‌ها محافظتش کنید.',
  },
  alias_held: {
    en: 'While {aliases} {count|points|point} to it, “{name}” keeps its name.',
    fa: 'تا وقتی {aliases} به «{name}» اشاره می‌کند، نامش عوض نمی‌شود.',
  },
  alias_moved: {
    en: '“{alias}” has moved meanwhile: it points to {now} now, by {by}. Look at it again.',
    fa: '«{alias}» در این میان جابه‌جا شده و اکنون، به‌دست {by}، به {now} اشاره می‌کند. دوباره نگاه کنید.',
  },
  already_there: {
    en: '“{alias}” points to version {version} already.',
    fa: '«{alias}» هم‌اکنون به نسخهٔ {version} اشاره می‌کند.',
  },
  nothing_before: {
    en: '“{alias}” pointed to no other version that is still there: there is nothing to go back to.',
    fa: '«{alias}» پیش‌تر به نسخهٔ دیگری که هنوز باشد اشاره نکرده است: چیزی برای برگشت نیست.',
  },
  own_request: {
    en: 'This is your own request: another person has to decide it. You can withdraw it.',
    fa: 'این درخواست خود شماست: تصمیم با کس دیگری است. می‌توانید پسش بگیرید.',
  },
  request_open: {
    en: 'Version {version} has been asked for already, and waits for approval.',
    fa: 'نسخهٔ {version} پیش‌تر درخواست شده و در انتظار تأیید است.',
  },
  request_not_open: {
    en: 'This request is decided already; ask anew.',
    fa: 'این درخواست پیش‌تر بسته شده است؛ دوباره درخواست کنید.',
  },
  requester_may_not: {
    en: '{name}, who asked for this, may not promote models in this project any more. Somebody who may has to ask anew.',
    fa: '{name} که این را درخواست کرده دیگر اجازهٔ ارتقای مدل در این پروژه را ندارد. کسی که اجازه دارد باید دوباره درخواست کند.',
  },
  gates_failed: { en: 'Looked at once more, the request fails: {why}', fa: 'درخواست در بررسی دوباره رد شد: {why_fa}' },
  rules_unreadable: {
    en: 'The rules cannot be read, line {line}: {reason}',
    fa: 'قاعده‌ها خوانده نمی‌شود، سطر {line}: {reason_fa}',
  },
  rules_moved: {
    en: 'Somebody has changed the rules meanwhile; look at them again.',
    fa: 'کسی در این میان قاعده‌ها را عوض کرده است؛ دوباره نگاهشان کنید.',
  },
  gate_version_gone: {
    en: 'Version {version} was deleted; register the model again.',
    fa: 'نسخهٔ {version} حذف شده است؛ مدل را دوباره ثبت کنید.',
  },
  gate_no_report: {
    en: 'There is no report on version {version}: train it again with a recipe that reports.',
    fa: 'نسخهٔ {version} گزارش ندارد: با الگویی که گزارش می‌سازد دوباره آموزشش دهید.',
  },
  gate_chosen_on_these: {
    en: 'The report is on the validation rows, by which the best epoch was chosen, so it flatters: give the dataset a split with a test part and train again.',
    fa: 'گزارش روی ردیف‌های اعتبارسنجی است که بهترین دوره با آن‌ها انتخاب شده و خوش‌بینانه است: برای مجموعه‌داده تقسیمی با بخش آزمون بسازید و دوباره آموزش دهید.',
  },
  gate_metric_missing: {
    en: 'The report has no “{metric}”; it has {metrics}.',
    fa: 'گزارش «{metric}» ندارد؛ این‌ها را دارد: {metrics}.',
  },
  gate_metric_unknown: {
    en: 'The report could not tell “{metric}” on its {rows} rows.',
    fa: 'گزارش نتوانسته «{metric}» را روی {rows} ردیفش حساب کند.',
  },
  gate_metric_short: {
    en: '“{metric}” is {value}, and has to be {limit} or {bound}.',
    fa: '«{metric}» برابر {value} است و باید {limit} یا {bound_fa} باشد.',
  },
  gate_other_rows: {
    en: 'The reports on versions {version} and {champion} are not on the same rows of the same dataset, so neither is known to be better: train again on the data and split of version {champion}.',
    fa: 'گزارش‌های نسخه‌های {version} و {champion} روی ردیف‌های یکسانی از یک مجموعه‌داده نیست و برتری معلوم نمی‌شود: دوباره با داده و تقسیم نسخهٔ {champion} آموزش دهید.',
  },
  gate_champion_unreported: {
    en: 'Version {champion}, which has the alias now, has no report: train it again for one, or leave “not worse” out of the rules.',
    fa: 'نسخهٔ {champion} که اکنون نام را دارد گزارش ندارد: برای گزارش دوباره آموزشش دهید، یا «بدتر نبودن» را از قاعده‌ها بردارید.',
  },
  gate_other_data: {
    en: 'Versions {version} and {champion} were judged on different data, so neither is known to be better: train again on the dataset and split of version {champion}.',
    fa: 'نسخه‌های {version} و {champion} با داده‌های متفاوتی سنجیده شده‌اند و برتری معلوم نمی‌شود: دوباره با مجموعه‌داده و تقسیم نسخهٔ {champion} آموزش دهید.',
  },
  gate_other_split: {
    en: 'Versions {version} and {champion} were judged on other splits of the same data, so neither is known to be better: train again with the split of version {champion}.',
    fa: 'نسخه‌های {version} و {champion} با تقسیم‌های متفاوتی از یک داده سنجیده شده‌اند و برتری معلوم نمی‌شود: دوباره با تقسیم نسخهٔ {champion} آموزش دهید.',
  },
  gate_rows_missing: {
    en: 'What version {of} answered on each row was not kept, so versions {version} and {champion} cannot be held against each other: train it once more with a recipe, or leave “not worse” out of the rules.',
    fa: 'پاسخ نسخهٔ {of} به تک‌تک ردیف‌ها نگه داشته نشده و نسخه‌های {version} و {champion} با هم سنجیدنی نیستند: یک بار دیگر با الگو آموزشش دهید، یا «بدتر نبودن» را از قاعده‌ها بردارید.',
  },
  gate_worse: {
    en: '{sentence} The rules allow it to be worse by {margin}{unit} at most{certain}.',
    fa: '{sentence_fa} قاعده‌ها حداکثر {margin}{unit_fa} بدتر بودن را می‌پذیرند{certain_fa}.',
  },
  gate_interrupted: {
    en: 'The server was restarted while this was looked at; ask anew.',
    fa: 'سرور هنگام بررسی دوباره راه‌اندازی شد؛ دوباره درخواست کنید.',
  },
  gate_card_unfilled: {
    en: 'The model card of version {version} is not filled: {fields}. Fill it on the version’s page, or with `kargah models card`.',
    fa: 'شناسنامهٔ نسخهٔ {version} پر نیست: {fields_fa}. در صفحهٔ نسخه یا با `kargah models card` پرش کنید.',
  },
  card_moved: {
    en: 'Somebody has written on this card meanwhile; look at it again, and save anew.',
    fa: 'کسی در این میان روی این شناسنامه نوشته است؛ دوباره نگاهش کنید و از نو ذخیره کنید.',
  },
  dataset_not_for_model: {
    en: 'The model cannot be judged on “{dataset}”: {problems}. Choose a dataset with the columns that it learned from.',
    fa: 'این مدل با «{dataset}» سنجیدنی نیست: {problems_fa}. مجموعه‌داده‌ای با همان ستون‌های آموزش انتخاب کنید.',
  },
  evaluation_elsewhere: {
    en: 'A report on other data is made from the version of a model: version.evaluate(dataset), or its page.',
    fa: 'گزارش روی دادهٔ دیگر از نسخهٔ مدل ساخته می‌شود: version.evaluate(dataset) یا صفحهٔ آن نسخه.',
  },
  transfer_running: {
    en: 'This is being moved or copied already; wait until that has ended, then try again.',
    fa: 'این را همین حالا دارند جابه‌جا یا کپی می‌کنند؛ تا پایان آن صبر کنید و دوباره تلاش کنید.',
  },
  job_registered: {
    en: 'Model “{name}” has a version that this job made, and would lose where it came from. Copy the job instead.',
    fa: 'مدل «{name}» نسخه‌ای دارد که این کار ساخته است و با جابه‌جایی تبارش گم می‌شود. به‌جای آن کار را کپی کنید.',
  },
  job_of_sweep: {
    en: 'This job belongs to a sweep, which needs it for its results. Copy the job instead.',
    fa: 'این کار از یک جست‌وجوی پارامترهاست و نتیجهٔ آن به این کار نیاز دارد. به‌جای آن کار را کپی کنید.',
  },
  job_resumed_now: {
    en: 'A job that goes on from this one has not ended; wait for it, or copy this one.',
    fa: 'کاری که از این کار ادامه می‌دهد هنوز پایان نیافته است؛ تا پایان آن صبر کنید یا این کار را کپی کنید.',
  },
  copy_differs: {
    en: 'MLflow did not keep {path} as it was sent; nothing was moved or copied. Look at the disk or the storage behind MLflow, then try again.',
    fa: 'MLflow فایل {path} را همان‌طور که فرستاده شد نگه نداشت؛ چیزی جابه‌جا یا کپی نشد. دیسک یا انبارهٔ پشت MLflow را بررسی کنید و دوباره تلاش کنید.',
  },
  run_changed: {
    en: 'Something of the run of this job was deleted in MLflow while it was read; nothing was moved or copied. Try again.',
    fa: 'بخشی از اجرای این کار هنگام خواندن آن در MLflow حذف شد؛ چیزی جابه‌جا یا کپی نشد. دوباره تلاش کنید.',
  },
};
/** What the reader's warnings say, by their codes. */
export const WARNINGS: Catalogue = {
  unnamed_column: {
    en: 'Column {position} has no name; it is called {column}.',
    fa: 'ستون {position} نام ندارد؛ {column} نامیده شد.',
  },
  duplicate_column: {
    en: 'Two columns are named {name}; one is now {column}.',
    fa: 'نام دو ستون {name} است؛ یکی {column} نامیده شد.',
  },
  lookalike_columns: {
    en: 'Columns {column} and {other} look alike but are different.',
    fa: 'ستون‌های {column} و {other} یکسان دیده می‌شوند ولی یکی نیستند.',
  },
  lookalike_classes: {
    en: 'Classes {name} and {other} look alike but are different.',
    fa: 'کلاس‌های {name} و {other} یکسان دیده می‌شوند ولی یکی نیستند.',
  },
  lookalike_values: {
    en: 'Values of {column} that look alike but are different: {values}. If they mean the same, read the file again and let values that look alike be one.',
    fa: 'در ستون {column} این مقدارها یکسان دیده می‌شوند ولی یکی نیستند: {values}. اگر یک معنا دارند، فایل را با «یکی کردن مقدارهای هم‌شکل» بازخوانی کنید.',
  },
  values_unified: {
    en: '{count} {count|cell|cells} of {column} {count|is|are} written as the more frequent value that {count|it looks|they look} like.',
    fa: '{count} خانهٔ ستون {column} مانند مقدار پرتکرارتر هم‌شکلش نوشته شد.',
  },
  values_rounded: {
    en: '{count} {count|cell|cells} of {column} {count|has|have} more digits than a number keeps: {value} was read as {number}.',
    fa: '{count} خانهٔ ستون {column} رقم‌هایی بیش از گنجایش عدد دارد؛ {value}، {number} خوانده شد.',
  },
  times_rounded: {
    en: '{count} {count|time|times} of {column} {count|is|are} more exact than a microsecond, and kept to the microsecond.',
    fa: '{count} زمان ستون {column} دقیق‌تر از میکروثانیه است و تا میکروثانیه نگه داشته شد.',
  },
  times_in_utc: {
    en: '{column} has a time zone; its times are kept in UTC.',
    fa: 'ستون {column} منطقهٔ زمانی دارد؛ زمان‌ها به وقت UTC نگه داشته شد.',
  },
  nested_as_json: {
    en: '{column} holds lists or records; they are kept as JSON texts.',
    fa: 'ستون {column} فهرست یا رکورد دارد؛ به شکل متن JSON نگه داشته شد.',
  },
  no_header: {
    en: 'The first row holds numbers, so it was read as data; columns are numbered.',
    fa: 'ردیف اول عدد دارد و داده شمرده شد؛ ستون‌ها شماره گرفتند.',
  },
  windows_1256: {
    en: 'Read as windows-1256; Arabic ي and ك became ی and ک.',
    fa: 'با windows-1256 خوانده شد؛ «ي» و «ك» عربی به «ی» و «ک» تبدیل شد.',
  },
  arabic_letters: { en: '{rows} {rows|row has|rows have} Arabic ي/ك.', fa: '{rows} ردیف «ي/ك» عربی دارد.' },
  all_missing: { en: 'Every value of {column} is missing.', fa: 'همهٔ مقدارهای ستون {column} خالی است.' },
  missing_values: { en: '{percent}% of {column} is missing.', fa: '{percent}٪ از ستون {column} خالی است.' },
  constant_column: { en: '{column} has only one value.', fa: 'ستون {column} تنها یک مقدار دارد.' },
  imbalance: {
    en: '{percent}% of {column} is the value {value}; accuracy alone will mislead.',
    fa: '{percent}٪ از ستون {column} مقدار {value} است؛ معیار درستی به‌تنهایی گمراه‌کننده است.',
  },
  column_dropped: {
    en: 'Column {column} holds {type} and was left out.',
    fa: 'ستون {column} از نوع {type} است و کنار گذاشته شد.',
  },
  images_skipped: {
    en: '{count} damaged {count|image was|images were} left out.',
    fa: '{count} تصویر آسیب‌دیده کنار گذاشته شد.',
  },
  files_ignored: {
    en: '{count} {count|file that belongs|files that belong} to no class {count|was|were} left out.',
    fa: '{count} فایل به هیچ کلاسی تعلق نداشت و کنار گذاشته شد.',
  },
  mixed_sizes: {
    en: 'The images have different sizes; they are resized for training.',
    fa: 'اندازهٔ تصویرها یکی نیست؛ برای آموزش هم‌اندازه می‌شوند.',
  },
  class_imbalance: {
    en: 'The largest class has {times} times as many images as the smallest.',
    fa: 'بزرگ‌ترین کلاس {times} برابر کوچک‌ترین کلاس تصویر دارد.',
  },
  split_small_classes: {
    en: '{count} {count|class has|classes have} too few rows to be in every part.',
    fa: '{count} کلاس آن‌قدر ردیف ندارد که در همهٔ بخش‌ها باشد.',
  },
  split_times_missing: {
    en: '{count} {count|row has no time and counts|rows have no time and count} as the oldest.',
    fa: '{count} ردیف زمان ندارد و قدیمی‌ترین به حساب آمد.',
  },
  split_shares_rows: {
    en: '{count} {count|row for validation or test also occurs|rows for validation or test also occur} in training; the score will be too good.',
    fa: '{count} ردیف اعتبارسنجی یا آزمون در آموزش هم هست؛ نتیجه بهتر از واقع خواهد بود.',
  },
  split_near_rows: {
    en: '{count} {count|row for validation or test is nearly the same as one|rows for validation or test are nearly the same as rows} in training; the score will be too good.',
    fa: '{count} ردیف اعتبارسنجی یا آزمون تقریباً مانند ردیفی در آموزش است؛ نتیجه بهتر از واقع خواهد بود.',
  },
  split_near_images: {
    en: '{count} {count|image for validation or test looks like one|images for validation or test look like images} in training; the score will be too good.',
    fa: '{count} تصویر اعتبارسنجی یا آزمون مانند تصویری در آموزش دیده می‌شود؛ نتیجه بهتر از واقع خواهد بود.',
  },
  split_kept: {
    en: 'The file has {train} rows for training, {validation} for validation and {test} for the test; that is kept as a split.',
    fa: 'این فایل {train} ردیف آموزش، {validation} ردیف اعتبارسنجی و {test} ردیف آزمون دارد؛ همین تقسیم نگه داشته شد.',
  },
  arrays_left_out: {
    en: 'Arrays that fit neither the features nor the labels were left out: {values}.',
    fa: 'آرایه‌هایی که نه ویژگی است و نه برچسب کنار گذاشته شد: {values}.',
  },
  leaking_column: {
    en: '{column} alone tells {target} in {percent}% of the rows; would it be known when predicting?',
    fa: 'ستون {column} به‌تنهایی در {percent}٪ ردیف‌ها {target} را می‌گوید؛ آیا هنگام پیش‌بینی در دسترس خواهد بود؟',
  },
  leaking_number: {
    en: '{column} and {target} lie on a straight line (correlation {correlation}); would it be known when predicting?',
    fa: 'ستون {column} و {target} روی یک خط راست‌اند (همبستگی {correlation})؛ آیا هنگام پیش‌بینی در دسترس خواهد بود؟',
  },
  duplicate_rows: {
    en: '{count} {count|row is a copy of another|rows are copies of others}.',
    fa: '{count} ردیف تکراری است.',
  },
  id_column: {
    en: 'Every value of {column} is different, so it teaches a model nothing; leave it out of training.',
    fa: 'همهٔ مقدارهای {column} با هم فرق دارند و این ستون چیزی به مدل نمی‌آموزد؛ در آموزش کنارش بگذارید.',
  },
  odd_values: {
    en: '{count} {count|cell|cells} of {column} unlike the others {count|counts|count} as missing: {values}.',
    fa: '{count} خانهٔ ستون {column} مانند بقیه نیست و خالی شمرده شد: {values}.',
  },
  percent_values: {
    en: '{column} is in percent: 5% is read as 5.',
    fa: 'ستون {column} به درصد است: ۵٪ همان ۵ خوانده شد.',
  },
  months_read_as_days: {
    en: '{column} holds months; each is kept as its first day.',
    fa: 'ستون {column} ماه است؛ هر ماه با روز اولش نگه داشته شد.',
  },
  decimal_mark_unclear: {
    en: '{value} of {column} was read as {number}; where that is wrong, read the file again with another decimal mark.',
    fa: '{value} در ستون {column}، {number} خوانده شد؛ اگر درست نیست، فایل را با ممیز دیگری بازخوانی کنید.',
  },
  date_order_unclear: {
    en: '{value} of {column} may be read with the day or the month first, so it was kept as text; read the file again and choose the order.',
    fa: '{value} در ستون {column} هم با روز در آغاز خوانده می‌شود و هم با ماه؛ پس متن ماند. فایل را بازخوانی و ترتیب را انتخاب کنید.',
  },
  lines_left_out: {
    en: '{count} {count|line before the header is no row and was|lines before the header are no rows and were} left out: {value}',
    fa: '{count} خط پیش از سرستون ردیف نبود و کنار گذاشته شد: {value}',
  },
  remarks_left_out: {
    en: 'Lines that begin with {value} are remarks and were left out.',
    fa: 'خط‌هایی که با {value} شروع می‌شود یادداشت است و کنار گذاشته شد.',
  },
  header_rows_joined: {
    en: 'The names of the columns are of the first two rows together.',
    fa: 'نام ستون‌ها از دو ردیف اول با هم است.',
  },
  units_left_out: {
    en: 'The row below the header holds units and was left out: {values}.',
    fa: 'ردیف زیر سرستون واحد اندازه‌گیری است و کنار گذاشته شد: {values}.',
  },
  trailing_cells_left_out: {
    en: 'Behind the last delimiter of each row is nothing; that column was left out.',
    fa: 'پس از آخرین جداکنندهٔ هر ردیف چیزی نیست؛ آن ستون کنار گذاشته شد.',
  },
  one_column: {
    en: 'The table has one column, and {value} stands in every line; is it the delimiter?',
    fa: 'جدول یک ستون دارد و {value} در همهٔ خط‌ها هست؛ آیا جداکننده همین است؟',
  },
  other_sheets: {
    en: 'The workbook has other sheets ({values}); {value} was read.',
    fa: 'این فایل برگه‌های دیگری هم دارد ({values})؛ {value} خوانده شد.',
  },
  merged_cells_filled: {
    en: 'What merged cells say was written into {count|the one more row|each of the {count} more rows} that they stand for.',
    fa: 'نوشتهٔ خانه‌های ادغام‌شده در {count} ردیف دیگر که به آن‌ها مربوط است نوشته شد.',
  },
  total_row: {
    en: 'The last row begins with {value}; it may be a sum and no row of data.',
    fa: 'ردیف آخر با {value} شروع می‌شود؛ شاید جمع باشد و نه داده.',
  },
  more_warnings: { en: 'And {count} more of this kind.', fa: 'و {count} هشدار دیگر.' },
  mojibake_mended: {
    en: 'The texts were UTF-8 that a program had taken for {value}; they were put right. Choose utf-8 to have them as they stand.',
    fa: 'متن‌ها UTF-8 بود که برنامه‌ای آن را {value} گرفته بود و درست شد؛ برای دیدن همان‌گونه که هست، کدگذاری utf-8 را انتخاب کنید.',
  },
};
