import type { Errors } from './entry.js';

/** Registered models, their versions and aliases. */
export const MODELS = {
  model_exists: {
    status: 409,
    en: 'A model of this name is registered already; register a new version of it, or choose another name.',
    fa: 'مدلی با این نام ثبت شده است؛ نسخهٔ تازه‌ای از آن ثبت کنید یا نام دیگری بردارید.',
  },
  model_refused: {
    status: 422,
    en: 'MLflow does not take this: {reason}',
    fa: 'سرور MLflow این را نمی‌پذیرد: {reason}',
  },
  model_name_refused: {
    status: 422,
    en: 'MLflow takes no model of the name “{name}”: it must have a letter that is seen, at most 256 letters, no “/” and no “:”, and be no path such as “..”.',
    fa: 'سرور MLflow مدلی به نام «{name}» نمی‌پذیرد: نام باید نویسه‌ای دیدنی و حداکثر ۲۵۶ نویسه داشته باشد، بی «/» و «:»، و مسیری مانند «..» نباشد.',
  },
  alias_refused: {
    status: 422,
    en: 'MLflow takes no alias “{alias}”: letters, digits, “_” and “-” only, at most 255, and neither “latest” nor “v” with a number.',
    fa: 'سرور MLflow نام مستعار «{alias}» را نمی‌پذیرد: تنها حرف، رقم، «_» و «-»، حداکثر ۲۵۵ نویسه، و نه «latest» و نه «v» با یک عدد.',
  },
  version_aliased: {
    status: 409,
    en: '{aliases} {count|points|point} to version {version} of “{name}”; move or take away {count|it|them} first.',
    fa: '{aliases} به نسخهٔ {version} از «{name}» اشاره می‌کند؛ ابتدا جابه‌جایش کنید یا برش دارید.',
  },
  model_aliased: {
    status: 409,
    en: '{aliases} {count|points|point} to {count|a version|versions} of “{name}”; take {count|it|them} away first.',
    fa: '{aliases} به نسخه‌ای از «{name}» اشاره می‌کند؛ ابتدا برش دارید.',
  },
  alias_protected: {
    status: 403,
    en: '“{alias}” is protected in this project: ask for it with `kargah models promote` or with client.models["{name}"].promote(…).',
    fa: '«{alias}» در این پروژه محافظت‌شده است: آن را با `kargah models promote` یا با client.models["{name}"].promote(…) درخواست کنید.',
  },
  alias_not_protected: {
    status: 422,
    en: '“{alias}” is not protected in this project: set it directly, or protect it in the rules first.',
    fa: '«{alias}» در این پروژه محافظت‌شده نیست: مستقیم تنظیمش کنید، یا ابتدا در قاعده‌ها محافظتش کنید.',
  },
  alias_held: {
    status: 409,
    en: 'While {aliases} {count|points|point} to it, “{name}” keeps its name.',
    fa: 'تا وقتی {aliases} به «{name}» اشاره می‌کند، نامش عوض نمی‌شود.',
  },
  alias_moved: {
    status: 409,
    en: '“{alias}” has moved meanwhile: it points to {now} now, by {by}. Look at it again.',
    fa: '«{alias}» در این میان جابه‌جا شده و اکنون، به‌دست {by}، به {now} اشاره می‌کند. دوباره نگاه کنید.',
  },
  already_there: {
    status: 409,
    en: '“{alias}” points to version {version} already.',
    fa: '«{alias}» هم‌اکنون به نسخهٔ {version} اشاره می‌کند.',
  },
  nothing_before: {
    status: 409,
    en: '“{alias}” pointed to no other version that is still there: there is nothing to go back to.',
    fa: '«{alias}» پیش‌تر به نسخهٔ دیگری که هنوز باشد اشاره نکرده است: چیزی برای برگشت نیست.',
  },
  own_request: {
    status: 403,
    en: 'This is your own request: another person has to decide it. You can withdraw it.',
    fa: 'این درخواست خود شماست: تصمیم با کس دیگری است. می‌توانید پسش بگیرید.',
  },
  request_open: {
    status: 409,
    en: 'Version {version} has been asked for already, and waits for approval.',
    fa: 'نسخهٔ {version} پیش‌تر درخواست شده و در انتظار تأیید است.',
  },
  request_not_open: {
    status: 409,
    en: 'This request is decided already; ask anew.',
    fa: 'این درخواست پیش‌تر بسته شده است؛ دوباره درخواست کنید.',
  },
  requester_may_not: {
    status: 409,
    en: '{name}, who asked for this, may not promote models in this project any more. Somebody who may has to ask anew.',
    fa: '{name} که این را درخواست کرده دیگر اجازهٔ ارتقای مدل در این پروژه را ندارد. کسی که اجازه دارد باید دوباره درخواست کند.',
  },
  gates_failed: {
    status: 409,
    en: 'Looked at once more, the request fails: {why}',
    fa: 'درخواست در بررسی دوباره رد شد: {why_fa}',
  },
  rules_unreadable: {
    status: 422,
    en: 'The rules cannot be read, line {line}: {reason}',
    fa: 'قاعده‌ها خوانده نمی‌شود، سطر {line}: {reason_fa}',
  },
  rules_moved: {
    status: 409,
    en: 'Somebody has changed the rules meanwhile; look at them again.',
    fa: 'کسی در این میان قاعده‌ها را عوض کرده است؛ دوباره نگاهشان کنید.',
  },
  gate_version_gone: {
    status: 409,
    en: 'Version {version} was deleted; register the model again.',
    fa: 'نسخهٔ {version} حذف شده است؛ مدل را دوباره ثبت کنید.',
  },
  gate_no_report: {
    status: 409,
    en: 'There is no report on version {version}: train it again with a recipe that reports.',
    fa: 'نسخهٔ {version} گزارش ندارد: با الگویی که گزارش می‌سازد دوباره آموزشش دهید.',
  },
  gate_chosen_on_these: {
    status: 409,
    en: 'The report is on the validation rows, by which the best epoch was chosen, so it flatters: give the dataset a split with a test part and train again.',
    fa: 'گزارش روی ردیف‌های اعتبارسنجی است که بهترین دوره با آن‌ها انتخاب شده و خوش‌بینانه است: برای مجموعه‌داده تقسیمی با بخش آزمون بسازید و دوباره آموزش دهید.',
  },
  gate_metric_missing: {
    status: 409,
    en: 'The report has no “{metric}”; it has {metrics}.',
    fa: 'گزارش «{metric}» ندارد؛ این‌ها را دارد: {metrics}.',
  },
  gate_metric_unknown: {
    status: 409,
    en: 'The report could not tell “{metric}” on its {rows} rows.',
    fa: 'گزارش نتوانسته «{metric}» را روی {rows} ردیفش حساب کند.',
  },
  gate_metric_short: {
    status: 409,
    en: '“{metric}” is {value}, and has to be {limit} or {bound}.',
    fa: '«{metric}» برابر {value} است و باید {limit} یا {bound_fa} باشد.',
  },
  gate_other_rows: {
    status: 409,
    en: 'The reports on versions {version} and {champion} are not on the same rows of the same dataset, so neither is known to be better: train again on the data and split of version {champion}.',
    fa: 'گزارش‌های نسخه‌های {version} و {champion} روی ردیف‌های یکسانی از یک مجموعه‌داده نیست و برتری معلوم نمی‌شود: دوباره با داده و تقسیم نسخهٔ {champion} آموزش دهید.',
  },
  gate_champion_unreported: {
    status: 409,
    en: 'Version {champion}, which has the alias now, has no report: train it again for one, or leave “not worse” out of the rules.',
    fa: 'نسخهٔ {champion} که اکنون نام را دارد گزارش ندارد: برای گزارش دوباره آموزشش دهید، یا «بدتر نبودن» را از قاعده‌ها بردارید.',
  },
  gate_other_data: {
    status: 409,
    en: 'Versions {version} and {champion} were judged on different data, so neither is known to be better: train again on the dataset and split of version {champion}.',
    fa: 'نسخه‌های {version} و {champion} با داده‌های متفاوتی سنجیده شده‌اند و برتری معلوم نمی‌شود: دوباره با مجموعه‌داده و تقسیم نسخهٔ {champion} آموزش دهید.',
  },
  gate_other_split: {
    status: 409,
    en: 'Versions {version} and {champion} were judged on other splits of the same data, so neither is known to be better: train again with the split of version {champion}.',
    fa: 'نسخه‌های {version} و {champion} با تقسیم‌های متفاوتی از یک داده سنجیده شده‌اند و برتری معلوم نمی‌شود: دوباره با تقسیم نسخهٔ {champion} آموزش دهید.',
  },
  gate_rows_missing: {
    status: 409,
    en: 'What version {of} answered on each row was not kept, so versions {version} and {champion} cannot be held against each other: train it once more with a recipe, or leave “not worse” out of the rules.',
    fa: 'پاسخ نسخهٔ {of} به تک‌تک ردیف‌ها نگه داشته نشده و نسخه‌های {version} و {champion} با هم سنجیدنی نیستند: یک بار دیگر با الگو آموزشش دهید، یا «بدتر نبودن» را از قاعده‌ها بردارید.',
  },
  gate_worse: {
    status: 409,
    en: '{sentence} The rules allow it to be worse by {margin}{unit} at most{certain}.',
    fa: '{sentence_fa} قاعده‌ها حداکثر {margin}{unit_fa} بدتر بودن را می‌پذیرند{certain_fa}.',
  },
  gate_interrupted: {
    status: 409,
    en: 'The server was restarted while this was looked at; ask anew.',
    fa: 'سرور هنگام بررسی دوباره راه‌اندازی شد؛ دوباره درخواست کنید.',
  },
  gate_card_unfilled: {
    status: 409,
    en: 'The model card of version {version} is not filled: {fields}. Fill it on the version’s page, or with `kargah models card`.',
    fa: 'شناسنامهٔ نسخهٔ {version} پر نیست: {fields_fa}. در صفحهٔ نسخه یا با `kargah models card` پرش کنید.',
  },
  card_moved: {
    status: 409,
    en: 'Somebody has written on this card meanwhile; look at it again, and save anew.',
    fa: 'کسی در این میان روی این شناسنامه نوشته است؛ دوباره نگاهش کنید و از نو ذخیره کنید.',
  },
  dataset_not_for_model: {
    status: 422,
    en: 'The model cannot be judged on “{dataset}”: {problems}. Choose a dataset with the columns that it learned from.',
    fa: 'این مدل با «{dataset}» سنجیدنی نیست: {problems_fa}. مجموعه‌داده‌ای با همان ستون‌های آموزش انتخاب کنید.',
  },
  evaluation_elsewhere: {
    status: 422,
    en: 'A report on other data is made from the version of a model: version.evaluate(dataset), or its page.',
    fa: 'گزارش روی دادهٔ دیگر از نسخهٔ مدل ساخته می‌شود: version.evaluate(dataset) یا صفحهٔ آن نسخه.',
  },
} as const satisfies Errors;
