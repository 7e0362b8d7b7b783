import { createContext, useContext } from 'react';
import { I18n } from './i18n.js';
import { PERSIAN } from './locale.js';

export const I18nContext = createContext<I18n>(new I18n(PERSIAN));

export function useI18n(): I18n {
  return useContext(I18nContext);
}
