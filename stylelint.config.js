// Rules of JupyterLab's panels: every class is Kargah's own (`kg-Component-part`, `kg-mod-…` for what changes it), or one that
// JupyterLab, Lumino or uPlot draws; what has a side is said by logical properties, so that right-to-left needs no second sheet.
const PHYSICAL =
  /^(?:left|right|top|bottom|width|height|(?:min|max)-(?:width|height)|(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)(?:-.+)?|border-(?:top|bottom)-(?:left|right)-radius)$/;

export default {
  rules: {
    'selector-class-pattern': [
      /^(?:kg-|jp-|lm-|u-|uplot$)/,
      { message: (name) => `A class of ours is called kg-Component-part or kg-mod-…, not "${name}"` },
    ],
    'property-disallowed-list': [
      PHYSICAL,
      { message: 'Say it by a logical property (inline-size, margin-inline-start, …)' },
    ],
    'declaration-property-value-disallowed-list': [
      { 'text-align': ['left', 'right'], float: ['left', 'right'], clear: ['left', 'right'] },
      { message: 'Say start or end' },
    ],
    'block-no-empty': true,
    'color-no-invalid-hex': true,
    'declaration-block-no-duplicate-properties': true,
    'property-no-unknown': true,
    'unit-no-unknown': true,
    'no-invalid-double-slash-comments': true,
  },
};
