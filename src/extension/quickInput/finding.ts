/** What is wrong with what was typed; null when nothing is. A warning does not hinder. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export function error(message: string): Finding {
  return { severity: 'error', message };
}

export function warning(message: string): Finding {
  return { severity: 'warning', message };
}
