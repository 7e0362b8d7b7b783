import { type KeyboardEvent, useRef } from 'react';
import { Icon, type IconName } from '../../components/icons/Icon.js';
import { useI18n } from '../../i18n/context.js';
import type { Recipe } from '../../api/types.js';
import { OWN_SCRIPT } from './ownScript.js';

const ICONS: Readonly<Record<Recipe['icon'], IconName>> = { table: 'table', image: 'img', code: 'code', text: 'list' };

export interface RecipeCardsProps {
  readonly recipes: readonly Recipe[];
  readonly chosen: string;
  readonly onChoose: (recipe: string) => void;
}

/** One card a recipe, and one for the person's own script; a radio group, whose arrows follow the reading direction. */
export function RecipeCards({ recipes, chosen, onChoose }: RecipeCardsProps): JSX.Element {
  const i18n = useI18n();
  const root = useRef<HTMLDivElement>(null);
  const cards = [
    ...recipes
      .filter((recipe) => recipe.recipe !== OWN_SCRIPT)
      .map((recipe) => ({
        id: recipe.recipe,
        icon: ICONS[recipe.icon],
        title: i18n.pick(recipe.title, recipe.title_fa),
        text: i18n.pick(recipe.description, recipe.description_fa),
      })),
    { id: OWN_SCRIPT, icon: 'code' as IconName, title: i18n.t('new.script'), text: i18n.t('new.script.hint') },
  ];
  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = i18n.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = i18n.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const by =
      event.key === forward || event.key === 'ArrowDown' ? 1 : event.key === back || event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const index = (cards.findIndex((card) => card.id === chosen) + by + cards.length) % cards.length;
    onChoose(cards[index]?.id ?? chosen);
    root.current?.querySelectorAll<HTMLElement>('[role=radio]')[index]?.focus();
  };
  return (
    <div
      className="kg-Layout-grid3"
      role="radiogroup"
      aria-label={i18n.t('new.recipe')}
      ref={root}
      onKeyDown={onKeyDown}
    >
      {cards.map((card) => {
        const on = card.id === chosen;
        return (
          <button
            key={card.id}
            type="button"
            role="radio"
            aria-checked={on}
            tabIndex={on ? 0 : -1}
            className={`kg-RecipeCard ${on ? 'kg-mod-on' : ''}`}
            data-testid={`recipe-${card.id}`}
            onClick={() => onChoose(card.id)}
          >
            <span className="kg-Layout-row">
              <Icon name={card.icon} className={on ? 'kg-Text-run' : 'kg-Text-off'} />
              <b className={on ? 'kg-Text-bold' : 'kg-Text-medium'}>{card.title}</b>
            </span>
            <span className="kg-Text-hint">{card.text}</span>
          </button>
        );
      })}
    </div>
  );
}
