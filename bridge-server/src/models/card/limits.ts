import type { Report } from '../../contract/training/report.js';
import type { CardFacts } from './contract.js';
import { inEnglish, inPersian, short } from './words.js';

const MOST_SLICES = 3;
type Limit = CardFacts['limits'][number];
type Slice = NonNullable<Report['slices']>[number];

/** What a report says against its model. */
export function limitsOf(report: Report): Limit[] {
  return [
    ...chosenOnThese(report),
    ...besidePlainModels(report),
    ...(report.slices ?? []).slice(0, MOST_SLICES).map(inSlice),
    ...suspected(report),
  ];
}

function chosenOnThese({ chosen_on_these: flatters }: Report): Limit[] {
  if (!flatters) return [];
  return [
    {
      en: 'The best epoch was chosen on the rows by which the model was judged, so that its figures flatter.',
      fa: 'بهترین دوره با همان ردیف‌هایی انتخاب شده که مدل با آن‌ها سنجیده شده است، پس عددها خوش‌بینانه‌اند.',
    },
  ];
}

const PLAIN = {
  majority: { en: 'always answering with the most frequent class', fa: 'پاسخ همیشگی با پرشمارترین دسته' },
  mean: { en: 'always answering with the mean', fa: 'پاسخ همیشگی با میانگین' },
  linear: { en: 'a linear model', fa: 'یک مدل خطی' },
} as const;

function besidePlainModels({ baselines = [] }: Report): Limit[] {
  return baselines.flatMap(({ kind, verdict }) => {
    const { en, fa } = PLAIN[kind];
    if (verdict === 'worse')
      return { en: `On the same rows it is worse than ${en}.`, fa: `روی همان ردیف‌ها از ${fa} بدتر است.` };
    if (verdict === 'hardly')
      return {
        en: `On the same rows it is not known to be better than ${en}.`,
        fa: `روی همان ردیف‌ها معلوم نیست که از ${fa} بهتر باشد.`,
      };
    return [];
  });
}

function inSlice(slice: Slice): Limit {
  const { rows, loss, loss_elsewhere: elsewhere } = slice;
  const column = short(slice.column);
  const en = slice.missing === true ? `“${column}” is missing` : `“${column}” is ${valuesOf(slice, inEnglish)}`;
  const fa = slice.missing === true ? `«${column}» خالی است` : `«${column}» ${valuesOf(slice, inPersian)} است`;
  return {
    en: `It is worse where ${en} (${inEnglish.number(rows)} rows): the loss is ${inEnglish.number(loss)} there and ${inEnglish.number(elsewhere)} elsewhere.`,
    fa: `آنجا که ${fa} (${inPersian.number(rows)} ردیف) بدتر است: زیان آنجا ${inPersian.number(loss)} و جاهای دیگر ${inPersian.number(elsewhere)} است.`,
  };
}

function valuesOf({ value, low, high }: Slice, words: typeof inEnglish | typeof inPersian): string {
  if (value != null) return words.quoted(short(value));
  if (low !== undefined && low === high) return words.bound(low);
  if (low !== undefined && high !== undefined) return words.between(words.bound(low), words.bound(high));
  if (low !== undefined) return words.from(words.bound(low));
  return high === undefined ? '–' : words.upTo(words.bound(high));
}

function suspected(report: Report): Limit[] {
  if (report.task !== 'classification' || report.label_errors.rows === 0) return [];
  const { rows } = report.label_errors;
  return [
    {
      en: `${inEnglish.number(rows)} of the rows by which it was judged probably have a wrong label.`,
      fa: `برچسب ${inPersian.number(rows)} ردیف از آن‌هایی که مدل با آن‌ها سنجیده شده احتمالاً نادرست است.`,
    },
  ];
}
