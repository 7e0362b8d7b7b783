import { CARD_FIELDS, cardFields, NO_FIELDS, REQUIRED_FIELDS, type CardField, type CardFields } from './contract.js';

/** What people wrote; of a card that nobody has filled, nothing. */
export const fieldsOf = (row: { readonly fields_json: string } | undefined): CardFields =>
  row === undefined ? NO_FIELDS : cardFields.parse(JSON.parse(row.fields_json));

export const missingOf = (fields: CardFields): CardField[] => REQUIRED_FIELDS.filter((field) => fields[field] === '');

export const changedFields = (before: CardFields, after: CardFields): CardField[] =>
  CARD_FIELDS.filter((field) => before[field] !== after[field]);

/** What each field asks for, as the card's own headings say it. */
export const FIELD_NAMES: Readonly<Record<CardField, { readonly en: string; readonly fa: string }>> = {
  intended_use: { en: 'Intended use', fa: 'کاربرد در نظر' },
  out_of_scope: { en: 'Out-of-scope use', fa: 'کاربردهای نادرست' },
  limitations: { en: 'Limitations', fa: 'محدودیت‌ها' },
  data_notes: { en: 'About the data', fa: 'دربارهٔ داده' },
  ethics: { en: 'Ethical considerations', fa: 'ملاحظات اخلاقی' },
  license: { en: 'Licence', fa: 'پروانه' },
  contact: { en: 'Contact', fa: 'تماس' },
};
