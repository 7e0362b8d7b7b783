/** Stands for the person's own file; every other value of a form's recipe is the name of one. */
export const OWN_SCRIPT = 'script';
