import { numberOf } from './latin.js';

it.each([
  ['12', 12],
  ['۱۲', 12],
  ['١٢', 12],
  ['1,234', 1234],
  ['۱٬۲۳۴٬۵۶۷', 1_234_567],
  ['۱،۲۳۴', 1234],
  ['1,234.5', 1234.5],
  ['۱٬۲۳۴٫۵', 1234.5],
  ['۳/۵', 3.5],
  ['−۰٫۵', -0.5],
  ['+7', 7],
  ['.5', 0.5],
  ['1e-3', 0.001],
  ['\u200e۵ ', 5],
])('reads %s as a number, as people write it', (text, number) => {
  expect(numberOf(text)).toBe(number);
});

it.each(['', ' ', '-', '1,2', '1,2345', '12abc', '1.2.3', '۱۴۰۵/۰۹/۰۱', 'Infinity', '0x10'])(
  'takes %p for no number',
  (text) => {
    expect(numberOf(text)).toBeUndefined();
  },
);
