import type {
  AgentsAnswer,
  CallFigures,
  CostsAnswer,
  FallbacksAnswer,
  ModelsAnswer,
  PromptComparison,
  PromptsAnswer,
  SummaryAnswer,
} from '../../protocol/analytics.ts';
import type { Rate } from '../../protocol/figures.ts';
import { shortened, type AnswerTable, type AnswerValue } from './answerText.ts';

/** The engine's answers as tables for a model: exact figures, unknown as null, rates with their interval and n. */

const before = (name: string, compared: boolean): readonly string[] =>
  compared ? [`${name} in the period before`] : [];

export function modelsTable({ models, previousRange }: ModelsAnswer): AnswerTable {
  const compared = previousRange !== null;
  return {
    heads: [
      ...['provider', 'model', 'calls', ...before('calls', compared), 'cost USD', ...before('cost USD', compared)],
      ...['cost per 1000 calls USD', ...before('cost per 1000 calls USD', compared)],
      ...['calls without a known price', 'total tokens', 'latency p50 s', 'latency p95 s'],
      ...['error rate', 'fallback rate'],
    ],
    rows: models.map((model) => {
      const previous = (value: (figures: CallFigures) => number | null): readonly AnswerValue[] =>
        compared ? [model.previous === null ? null : value(model.previous)] : [];
      return [
        ...[model.provider, model.model, model.calls, ...previous(({ calls }) => calls)],
        ...[model.costUsd, ...previous(({ costUsd }) => costUsd)],
        ...[model.costPer1000CallsUsd, ...previous(({ costPer1000CallsUsd }) => costPer1000CallsUsd)],
        ...[model.callsWithoutCost, model.totalTokens, model.latency?.p50 ?? null, model.latency?.p95 ?? null],
        ...[rateText(model.errorRate), rateText(model.fallbackRate)],
      ];
    }),
  };
}

export function summaryTable({
  current,
  previous,
  traces,
  successRate,
  previousSuccessRate,
}: SummaryAnswer): AnswerTable {
  return {
    heads: ['figure', 'this period', 'the period before'],
    rows: [
      ['cost USD', current.costUsd, previous.costUsd],
      ['calls', current.calls, previous.calls],
      ['calls without a known price', current.callsWithoutCost, previous.callsWithoutCost],
      ['traces', traces, null],
      ['total tokens', current.totalTokens, previous.totalTokens],
      ['success rate', rateText(successRate), rateText(previousSuccessRate)],
      ['latency p50 s', current.latency?.p50 ?? null, previous.latency?.p50 ?? null],
      ['latency p95 s', current.latency?.p95 ?? null, previous.latency?.p95 ?? null],
      ['error rate', rateText(current.errorRate), rateText(previous.errorRate)],
      ['fallback rate', rateText(current.fallbackRate), rateText(previous.fallbackRate)],
    ],
  };
}

export function costsTable({ by, rows, others, totalCostUsd, calls, callsWithoutCost }: CostsAnswer): AnswerTable {
  return {
    heads: [
      by,
      'cost USD',
      'cost USD in the period before',
      'share of the total',
      'calls',
      'calls without a known price',
    ],
    rows: [
      ...rows.map((row): AnswerValue[] => [
        row.key ?? '(none)',
        row.costUsd,
        row.previousCostUsd,
        row.share,
        row.calls,
        row.callsWithoutCost,
      ]),
      ...(others === null
        ? []
        : [
            [
              '(all others)',
              others.costUsd,
              others.previousCostUsd,
              others.share,
              others.calls,
              others.callsWithoutCost,
            ],
          ]),
      ['(total)', totalCostUsd, null, null, calls, callsWithoutCost],
    ],
  };
}

export function promptsTable({ prompts }: PromptsAnswer): AnswerTable {
  return {
    heads: ['prompt', 'version', 'labels', 'runs', 'success rate', 'cost per run USD', 'latency p95 s', 'quality'],
    rows: prompts.flatMap(({ prompt, versions }) =>
      versions
        .filter(({ executions }) => executions > 0)
        .map((version): AnswerValue[] => [
          prompt,
          version.version,
          version.labels.join(' '),
          version.executions,
          rateText(version.successRate),
          version.costPerExecutionUsd,
          version.latency?.p95 ?? null,
          version.quality.value,
        ]),
    ),
  };
}

export function comparisonTables({ variants, comparisons }: PromptComparison): readonly AnswerTable[] {
  return [
    {
      heads: ['version', 'labels', 'runs', 'success rate', 'cost per run USD', 'latency p95 s', 'quality'],
      rows: variants.map((version) => [
        version.name,
        version.labels.join(' '),
        version.executions,
        rateText(version.successRate),
        version.costPerExecutionUsd,
        version.latency?.p95 ?? null,
        version.quality.value,
      ]),
    },
    {
      heads: ['a', 'b', 'verdict', 'adjusted p-value', 'further runs needed', 'confounders'],
      rows: comparisons.map(({ a, b, verdict, adjustedPValue, moreRunsNeeded, confounders }) => [
        a,
        b,
        verdict,
        adjustedPValue,
        moreRunsNeeded,
        confounders.map(({ sentence }) => sentence).join(' '),
      ]),
    },
  ];
}

export function agentsTables({ agents, failureSteps }: AgentsAnswer): readonly AnswerTable[] {
  return [
    {
      heads: [
        ...['agent', 'task type', 'tasks', 'tasks in the period before', 'success rate', 'cost USD'],
        ...['cost USD in the period before', 'cost per successful task USD', 'duration p95 s', 'fallbacks'],
      ],
      rows: agents.flatMap((agent) =>
        [agent, ...agent.taskTypes].map((figures): AnswerValue[] => [
          figures.agent,
          figures.taskType ?? '(all)',
          figures.tasks,
          figures === agent ? (agent.previous?.tasks ?? null) : null,
          rateText(figures.successRate),
          figures.costUsd,
          figures === agent ? (agent.previous?.costUsd ?? null) : null,
          figures.costPerSuccessfulTaskUsd,
          figures.duration?.p95 ?? null,
          figures.fallbacks,
        ]),
      ),
    },
    {
      heads: ['agent', 'step where tasks fail first', 'failures', 'message', 'example trace id'],
      rows: failureSteps.map(({ agent, step, failures, message, exampleTraceId }) => [
        agent,
        step,
        failures,
        message === null ? null : shortened(message),
        exampleTraceId,
      ]),
    },
  ];
}

export function fallbackTables({ models, chains, storms }: FallbacksAnswer): readonly AnswerTable[] {
  return [
    {
      heads: ['model', 'calls', 'fallbacks away from it', 'fallback rate'],
      rows: models.map(({ model, calls, fallbacks, rate }) => [model, calls, fallbacks, rateText(rate)]),
    },
    {
      heads: ['asked first', 'answered', 'times', 'reasons'],
      rows: chains.map(({ original, fallback, count, reasons }) => [
        original,
        fallback,
        count,
        reasons.map(({ reason, count: times }) => `${reason ?? 'unknown'} (${times})`).join(', '),
      ]),
    },
    {
      heads: ['hour with unusually many fallbacks, UTC', 'calls', 'rate'],
      rows: storms.map(({ start, calls, rate }) => [start, calls, rateText(rate)]),
    },
  ];
}

/** `98.9 % (95 % CI 97.1 to 99.6, n = 210)`; null where nothing was counted. */
function rateText({ value, low, high, n }: Rate): string | null {
  const percent = (share: number | null): string => ((share ?? 0) * 100).toFixed(1);
  return value === null ? null : `${percent(value)} % (95 % CI ${percent(low)} to ${percent(high)}, n = ${n})`;
}
