import { operatorsOf, valueFor } from './conditions';

test('numbers are read in Persian, Arabic and Latin digits', () => {
  expect(valueFor('number', '۱۲٬۳۴۵٫۶')).toBe(12345.6);
  expect(valueFor('integer', '٤٢')).toBe(42);
  expect(valueFor('integer', ' -7 ')).toBe(-7);
});

test('what is no number of a number column is no value', () => {
  expect(valueFor('integer', 'ten')).toBeUndefined();
  expect(valueFor('number', '')).toBeUndefined();
});

test('texts are asked as they are, and an empty one is a value', () => {
  expect(valueFor('text', '')).toBe('');
  expect(valueFor('text', 'خوب')).toBe('خوب');
});

test('only what a type can answer is offered', () => {
  expect(operatorsOf('text')).toContain('contains');
  expect(operatorsOf('integer')).not.toContain('contains');
  expect(operatorsOf('boolean')).toEqual(['=', 'is_missing', 'is_present']);
});

test('days are sent in Latin digits, in whichever calendar they are', () => {
  expect(valueFor('date', ' ۱۴۰۵/۰۹/۰۱ ')).toBe('1405/09/01');
  expect(valueFor('datetime', '')).toBeUndefined();
});
