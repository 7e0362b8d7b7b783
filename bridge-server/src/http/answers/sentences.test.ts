import { expect, it } from 'vitest';
import { z } from 'zod';
import { inEnglish, inPersian } from './sentences.js';

const first = (schema: z.ZodType, value: unknown): [string | undefined, string | undefined] => [
  schema.safeParse(value, { error: inEnglish }).error?.issues[0]?.message,
  schema.safeParse(value, { error: inPersian }).error?.issues[0]?.message,
];

it.each<[string, z.ZodType, unknown, string, string]>([
  ['what is missing', z.object({ name: z.string() }), {}, 'This value is missing.', 'این مقدار لازم است.'],
  ['a number where a text belongs', z.string(), 5, 'Write a text.', 'یک متن بنویسید.'],
  ['a fraction where a whole number belongs', z.int(), 1.5, 'Write a whole number.', 'یک عدد صحیح بنویسید.'],
  ['a text where a list belongs', z.array(z.string()), 'a', 'Give a list.', 'یک فهرست بدهید.'],
  ['an empty text', z.string().min(1), '', 'Write something here.', 'این فیلد را پر کنید.'],
  ['a text that is too short', z.string().min(8), 'a', 'Use at least 8 characters.', 'حداقل 8 نویسه بنویسید.'],
  ['a text that is too long', z.string().max(2), 'abc', 'Use at most 2 characters.', 'حداکثر 2 نویسه بنویسید.'],
  ['a number below its least', z.number().min(1), 0, 'The value must be at least 1.', 'مقدار باید حداقل 1 باشد.'],
  ['a number that is its own bound', z.number().gt(0), 0, 'The value must be above 0.', 'مقدار باید بیشتر از 0 باشد.'],
  ['a list that is too long', z.array(z.int()).max(1), [1, 2], 'Give at most 1 of them.', 'حداکثر 1 مورد بدهید.'],
  [
    'what is none of a few words',
    z.enum(['owner', 'viewer']),
    'admin',
    'Choose one of: owner, viewer.',
    'یکی از این‌ها را انتخاب کنید: \u2068owner\u2069، \u2068viewer\u2069.',
  ],
  [
    'a field of another name',
    z.strictObject({ name: z.string() }),
    { name: 'a', nmae: 'b' },
    'There is no field nmae; check the name.',
    'فیلدی به نام \u2068nmae\u2069 وجود ندارد؛ نام آن را بررسی کنید.',
  ],
  [
    'an address that is not whole',
    z.email(),
    'sara@',
    'Write a full e-mail address, like sara@example.com.',
    'نشانی ایمیل کامل نیست؛ به شکل sara@example.com بنویسید.',
  ],
  [
    'what fits none of several forms',
    z.union([z.string(), z.number()]),
    null,
    'This value is not possible here.',
    'این مقدار در این‌جا ممکن نیست.',
  ],
])('%s is told in both languages, with what would be right', (_what, schema, value, en, fa) => {
  expect(first(schema, value)).toEqual([en, fa]);
});

it('a rule with a sentence of its own keeps it', () => {
  expect(first(z.string().min(3, 'three at least'), 'a')[0]).toBe('three at least');
});
