import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import type { UsageKind } from '../../src/protocol/browse.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Subject } from './subject.ts';

/** Tokens that a price is told for. */
const priceUnit = 1e6;

/** Tokens and cost by kind, with what a million of them cost, and the share of each in the cost. */
export function usageTable({ usage, tokens, costUsd }: Subject, { numbers }: Writing): TemplateResult {
  const money = numbers.moneyColumn([...usage.map(({ costUsd }) => costUsd), costUsd]);
  const priced = usage.filter((kind) => (kind.costUsd ?? 0) > 0);
  const total = priced.reduce((sum, kind) => sum + (kind.costUsd ?? 0), 0);
  const words = priced.map(({ kind, costUsd }) => `${kind} ${money(costUsd ?? 0)}`).join(', ');
  return html`${
      priced.length === 0
        ? ''
        : html`<div class="split-bar" role="img" aria-label=${l10n.t('Cost: {0}', words)}>
            ${priced.map(
              (kind) => html`<i class=${series(usage, kind)} .style=${`flex:${(kind.costUsd ?? 0) / total}`}></i>`,
            )}
          </div>`
    }
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">${l10n.t('Kind')}</th>
          <th scope="col" class="number">${l10n.t('Tokens')}</th>
          <th scope="col" class="number">${l10n.t('per 1 M')}</th>
          <th scope="col" class="number">${l10n.t('Cost')}</th>
        </tr>
      </thead>
      <tbody>
        ${usage.map(
          (kind) =>
            html`<tr>
              <td><span class=${`swatch ${series(usage, kind)}`}></span>${breakable(kind.kind)}</td>
              <td class="number">${kind.tokens === null ? none() : numbers.count(kind.tokens)}</td>
              <td class="number">${priceOf(kind, (usd) => numbers.money(usd))}</td>
              <td class="number">${kind.costUsd === null ? none() : money(kind.costUsd)}</td>
            </tr>`,
        )}
        <tr class="total">
          <td>${l10n.t('Total')}</td>
          <td class="number">${tokens === null ? none() : numbers.count(tokens)}</td>
          <td></td>
          <td class="number">${costUsd === null ? none(l10n.t('no price')) : money(costUsd)}</td>
        </tr>
      </tbody>
    </table>`;
}

/** A name that may go on in another line after its underlines. */
function breakable(name: string): unknown {
  return name.split(/(?<=_)/).map((part, index) => (index === 0 ? part : html`<wbr />${part}`));
}

function priceOf({ tokens, costUsd }: UsageKind, money: (usd: number) => string): unknown {
  return tokens === null || tokens === 0 || costUsd === null ? none() : money((costUsd / tokens) * priceUnit);
}

/** What goes in is blue, what comes out green, as in the mock-ups of all panels; other kinds in their order. */
function series(usage: readonly UsageKind[], { kind }: UsageKind): string {
  const main: Readonly<Record<string, string>> = { input: 'series-0', output: 'series-1' };
  const others = usage.map((other) => other.kind).filter((name) => main[name] === undefined);
  const otherSeries = ['series-4', 'series-2', 'series-3'];
  return main[kind] ?? otherSeries[others.indexOf(kind)] ?? 'series-rest';
}
