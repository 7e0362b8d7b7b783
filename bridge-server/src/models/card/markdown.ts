import { stringify, type ScalarTag, type Tags } from 'yaml';
import type { ReportFigure } from '../../contract/training/report.js';
import type { CardField, CardLanguage, ModelCard } from './contract.js';
import { FIELD_NAMES, missingOf } from './fields.js';
import { LICENSES } from './licenses.js';
import { inEnglish, inPersian } from './words.js';

type Shown = Pick<ModelCard, 'name' | 'version' | 'fields' | 'facts'>;
type Both = readonly [en: string, fa: string];

/** What Hugging Face calls the task of a recipe. */
const PIPELINES: Readonly<Record<string, string>> = {
  'tabular classification': 'tabular-classification',
  'tabular regression': 'tabular-regression',
  'image classification': 'image-classification',
  'text classification': 'text-classification',
};

/** The card as Hugging Face's model cards are: front matter that its page reads, then headings of its template. */
export function cardMarkdown(card: Shown, language: CardLanguage): string {
  const body = new Body(card, language).text();
  // GitHub and Hugging Face show Markdown within such an element, which a blank line ends and begins.
  const turned = language === 'fa' ? `<div dir="rtl">\n\n${body}\n</div>\n` : body;
  return `---\n${stringify(frontMatter(card), YAML_1_1)}---\n\n${turned}`;
}

/** A number of that size as JavaScript writes it, 1e-7, is a text there. */
const exponent: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^-?\d+\.0e[-+]\d+$/u,
  identify: (value) => typeof value === 'number' && /^-?\d+e/u.test(String(value)),
  resolve: Number,
  stringify: ({ value }) => String(value).replace('e', '.0e'),
};
/** What YAML 1.1 has marks for is quoted where it is a text. */
const foreign: ScalarTag = {
  tag: 'tag:yaml.org,2002:value',
  default: true,
  identify: () => false,
  test: /^(?:=|<<)$/u,
  resolve: (text) => text,
};
/** Hugging Face reads it with PyYAML, to which an unquoted `no` is false, 12:30:45 a number, and `=` and `<<` nothing that it knows. */
const YAML_1_1 = {
  version: '1.1',
  lineWidth: 0,
  merge: false,
  customTags: (tags: Tags) => [
    exponent,
    foreign,
    ...tags.filter((one) => typeof one === 'string' || one.tag !== 'tag:yaml.org,2002:merge'),
  ],
} as const;

function frontMatter({ name, fields, facts }: Shown): Record<string, unknown> {
  const { evaluation, dataset } = facts;
  const pipeline = PIPELINES[`${facts.recipe ?? ''} ${facts.task ?? ''}`];
  const known = evaluation === null ? [] : Object.entries(evaluation.metrics).filter(([, { value }]) => value !== null);
  return {
    ...licenseOf(fields.license),
    // What a script of somebody's made may be of any library.
    ...(facts.recipe === null ? {} : { library_name: 'pytorch' }),
    ...(pipeline === undefined ? {} : { pipeline_tag: pipeline }),
    tags: ['kargah', ...(facts.recipe === null ? [] : ['pytorch', facts.recipe])],
    ...(known.length === 0 ? {} : { metrics: known.map(([metric]) => metric) }),
    // A result says what it was measured on, or is none.
    ...(evaluation === null || known.length === 0 || dataset === null
      ? {}
      : {
          'model-index': [
            {
              name,
              results: [
                {
                  task: { type: pipeline ?? facts.task ?? 'other' },
                  dataset: {
                    name: dataset.version === null ? dataset.name : `${dataset.name} (${String(dataset.version)})`,
                    type: 'private',
                    split: evaluation.part,
                    ...(dataset.sha256 === null ? {} : { revision: dataset.sha256 }),
                  },
                  metrics: known.map(([metric, figure]) => ({
                    type: metric,
                    name: metric,
                    value: figure.value,
                    ...(figure.low === null || figure.high === null
                      ? {}
                      : { args: { level: evaluation.level, low: figure.low, high: figure.high } }),
                  })),
                },
              ],
            },
          ],
        }),
  };
}

/** Any other name is `other` there, with the name beside it. */
function licenseOf(license: string): Record<string, string> {
  if (license === '') return {};
  const id = license.toLowerCase();
  return LICENSES.has(id) ? { license: id } : { license: 'other', license_name: license };
}

class Body {
  readonly #lines: string[] = [];
  readonly #words: typeof inEnglish;

  constructor(
    private readonly card: Shown,
    private readonly language: CardLanguage,
  ) {
    this.#words = language === 'fa' ? inPersian : inEnglish;
  }

  text(): string {
    const { card } = this;
    this.#add(`# ${plain(card.name)} ${this.#words.number(card.version)}`);
    this.#missing();
    this.#details();
    this.#heading(2, ['Uses', 'کاربرد']);
    this.#field('intended_use', 3);
    this.#field('out_of_scope', 3);
    this.#limits();
    this.#data();
    this.#evaluation();
    this.#field('ethics', 2);
    this.#field('contact', 2);
    return `${this.#lines.join('\n\n')}\n`;
  }

  #add(text: string): void {
    this.#lines.push(text);
  }

  #said([en, fa]: Both): string {
    return this.language === 'fa' ? fa : en;
  }

  #heading(level: number, name: Both): void {
    this.#add(`${'#'.repeat(level)} ${this.#said(name)}`);
  }

  #list(items: readonly (readonly [name: Both, value: string | null])[]): void {
    const known = items.filter((item): item is readonly [Both, string] => item[1] !== null);
    if (known.length > 0) this.#add(known.map(([name, value]) => `- **${this.#said(name)}:** ${value}`).join('\n'));
  }

  #missing(): void {
    const missing = missingOf(this.card.fields).map((field) => FIELD_NAMES[field][this.language]);
    if (missing.length === 0) return;
    const names = missing.join(this.language === 'fa' ? '، ' : ', ');
    this.#add(`> ${this.#said([`Still to be filled: ${names}.`, `هنوز باید پر شود: ${names}.`])}`);
  }

  #details(): void {
    const { facts, fields } = this.card;
    const { day, number } = this.#words;
    const by = (who: { readonly name: string } | null, at: string | null): string | null =>
      at === null ? null : [...(who === null ? [] : [plain(who.name)]), day(at)].join(this.#said([', ', '، ']));
    const task = facts.task === null ? null : this.#said(TASKS[facts.task]);
    const made = facts.recipe ?? facts.script;
    this.#heading(2, ['Model details', 'مشخصات مدل']);
    this.#list([
      [['Version', 'نسخه'], number(this.card.version)],
      [['Task', 'کار مدل'], task],
      [facts.recipe === null ? ['Script', 'اسکریپت'] : ['Recipe', 'الگو'], made === null ? null : code(made)],
      [['Job', 'کار'], facts.job === null ? null : `${plain(facts.job.name)} (${code(facts.job.job_id)})`],
      [['Trained by', 'آموزش'], by(facts.trained_by, facts.trained_at)],
      [['Registered by', 'ثبت'], by(facts.registered_by, facts.registered_at)],
      [['Licence', 'پروانه'], fields.license === '' ? null : plain(fields.license)],
      [['Target', 'هدف'], facts.target === null ? null : plain(facts.target)],
      [['Classes', 'دسته‌ها'], this.#names(facts.classes)],
    ]);
  }

  #names(names: readonly string[], count: number | null = null): string | null {
    if (names.length === 0) return count === null ? null : this.#words.number(count);
    const shown = names.map((name) => code(name)).join(this.#said([', ', '، ']));
    const more = (count ?? names.length) - names.length;
    const rest = this.#words.number(more);
    return more > 0 ? `${shown} ${this.#said([`and ${rest} more`, `و ${rest} تای دیگر`])}` : shown;
  }

  #field(field: CardField, level: number): void {
    const text = this.card.fields[field];
    if (text === '') return;
    this.#heading(level, [FIELD_NAMES[field].en, FIELD_NAMES[field].fa]);
    this.#add(quoted(text));
  }

  #limits(): void {
    const { facts, fields } = this.card;
    if (facts.limits.length === 0 && fields.limitations === '') return;
    this.#heading(2, [FIELD_NAMES.limitations.en, FIELD_NAMES.limitations.fa]);
    if (facts.limits.length > 0) this.#add(facts.limits.map((limit) => `- ${plain(limit[this.language])}`).join('\n'));
    if (fields.limitations !== '') this.#add(quoted(fields.limitations));
  }

  #data(): void {
    const { facts, fields } = this.card;
    const { dataset } = facts;
    if (dataset === null && fields.data_notes === '') return;
    const count = (n: number | null | undefined): string | null => (n == null ? null : this.#words.number(n));
    this.#heading(2, ['Training data', 'دادهٔ آموزش']);
    if (dataset !== null)
      this.#list([
        [['Dataset', 'مجموعه‌داده'], plain(dataset.name)],
        [['Its version', 'نسخهٔ آن'], count(dataset.version)],
        [['Rows', 'ردیف‌ها'], count(dataset.rows)],
        [['SHA-256', 'SHA-256'], dataset.sha256 === null ? null : code(dataset.sha256)],
        [['Split', 'تقسیم'], dataset.split_id === null ? null : code(dataset.split_id)],
        [['Source', 'منبع'], dataset.source === null ? null : plain(dataset.source)],
        [['Licence of the data', 'پروانهٔ داده'], dataset.license === null ? null : plain(dataset.license)],
        [['Columns learned from', 'ستون‌های آموزش'], this.#names(facts.columns, facts.column_count)],
      ]);
    if (fields.data_notes !== '') this.#add(quoted(fields.data_notes));
  }

  #evaluation(): void {
    const { evaluation } = this.card.facts;
    if (evaluation === null) return;
    const { number } = this.#words;
    const rows = number(evaluation.rows);
    const percent = number(evaluation.level * 100);
    this.#heading(2, ['Evaluation', 'ارزیابی']);
    this.#add(
      this.#said(
        evaluation.part === 'test'
          ? [
              `On ${rows} rows of the test part, which training did not see.`,
              `روی ${rows} ردیف بخش آزمون که آموزش آن‌ها را ندیده است.`,
            ]
          : [`On ${rows} rows of the validation part.`, `روی ${rows} ردیف بخش اعتبارسنجی.`],
      ),
    );
    const rowOf = ([metric, figure]: [string, ReportFigure]): string =>
      `| ${code(metric).replaceAll('|', '\\|')} | ${figureText(figure.value, number)} | ${intervalText(figure, number)} |`;
    this.#add(
      [
        this.#said([`| Metric | Value | Interval of ${percent} % |`, `| معیار | مقدار | بازهٔ ${percent}٪ |`]),
        '| --- | --- | --- |',
        ...Object.entries(evaluation.metrics).map(rowOf),
      ].join('\n'),
    );
  }
}

const TASKS = {
  classification: ['classification', 'دسته‌بندی'],
  regression: ['regression', 'رگرسیون'],
} as const satisfies Record<string, Both>;

const figureText = (value: number | null, number: (value: number) => string): string =>
  value === null ? '–' : number(value);
const intervalText = ({ low, high }: ReportFigure, number: (value: number) => string): string =>
  low === null || high === null ? '–' : `${number(low)} – ${number(high)}`;

/** A name of somebody's as Markdown shows it: nothing in it is a mark, a table's end or an element. */
const plain = (text: string): string => text.replaceAll(/\s+/gu, ' ').replaceAll(/[\\`*_[\]<>|#~&]/gu, '\\$&');

/**
 * What people wrote, as a quotation: there a fence, a list and a heading end with it, and nothing is an element or a
 * comment, so that it hides and forges nothing of what is known by itself.
 */
const quoted = (text: string): string =>
  text
    .replaceAll('<', '&lt;')
    .split(/\r\n?|\n/u)
    .map((line) => (line.trim() === '' ? '>' : `> ${line}`))
    .join('\n');

/** The same in letters of one width, within as many backticks as the name lets end it. */
function code(text: string): string {
  // No code is empty in Markdown.
  const shown = text.replaceAll(/\s+/gu, ' ') || '""';
  const longest = Math.max(0, ...(shown.match(/`+/gu) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}
