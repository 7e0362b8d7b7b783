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
    fa: 'MLflow این را نمی‌پذیرد: {reason}',
  },
  model_name_refused: {
    status: 422,
    en: 'MLflow takes no model of the name “{name}”: it must have a letter that is seen, at most 256 letters, no “/” and no “:”, and be no path such as “..”.',
    fa: 'MLflow مدلی به نام «{name}» نمی‌پذیرد: نام باید نویسه‌ای دیدنی و حداکثر ۲۵۶ نویسه داشته باشد، بی «/» و «:»، و مسیری مانند «..» نباشد.',
  },
  alias_refused: {
    status: 422,
    en: 'MLflow takes no alias “{alias}”: letters, digits, “_” and “-” only, at most 255, and neither “latest” nor “v” with a number.',
    fa: 'MLflow نام مستعار «{alias}» را نمی‌پذیرد: تنها حرف، رقم، «_» و «-»، حداکثر ۲۵۵ نویسه، و نه «latest» و نه «v» با یک عدد.',
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
} as const satisfies Errors;
