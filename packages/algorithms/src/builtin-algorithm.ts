import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ObjectiveType } from '@fleetune/domain';
import type { HyperparameterDefinition } from './hyperparameter-definition.js';

/** An input of a built-in algorithm. */
export interface BuiltinChannel {
  readonly name: string;
  readonly required: boolean;
  /** Without parameters such as `charset`, in lower case. */
  readonly contentTypes: readonly string[];
}

/** Something a trainer measures; it prints `<series>-<name>:<value>`. */
export interface BuiltinMetric {
  readonly name: string;
  /** Which way is better. */
  readonly direction: ObjectiveType;
  /** `trainer` where the library lacks it. */
  readonly computedBy?: 'trainer';
  /** The name may be followed by `@` and an argument, such as `ndcg@5`. */
  readonly takesArgument?: boolean;
}

/**
 * The facts about one built-in algorithm, as its `trainers/<name>/algorithm.json` holds them. The trainer beside that
 * file reads the same facts, so that what the catalogue accepts and what the trainer accepts cannot drift apart.
 */
export interface BuiltinAlgorithm {
  readonly name: string;
  readonly title: string;
  /** Newest first; the first one is used where none is asked for. All of them run on `library`. */
  readonly versions: readonly string[];
  /** What the trainer runs on, such as `xgboost 3.2.0`. */
  readonly library: string;
  /** Last path segments of the registry repositories that SageMaker's image URIs have. */
  readonly imageRepositories: readonly string[];
  /** Image tags besides `versions` that stand for the newest version. */
  readonly legacyImageTags: readonly string[];
  readonly channels: readonly BuiltinChannel[];
  /** Whether one training may spread over several instances. */
  readonly distributed: boolean;
  /** Data sets that are measured, in the trainer's order. */
  readonly metricSeries: readonly string[];
  readonly metrics: readonly BuiltinMetric[];
  readonly hyperparameters: readonly HyperparameterDefinition[];
}

/** Reads the facts of the algorithm in `trainers/<name>`. */
export function readBuiltinAlgorithm(name: string): BuiltinAlgorithm {
  return JSON.parse(readFileSync(trainerFile(name, 'algorithm.json'), 'utf8')) as BuiltinAlgorithm;
}

/** Absolute path of a file of the trainer. */
export function trainerFile(name: string, file: string): string {
  return fileURLToPath(new URL(`../trainers/${name}/${file}`, import.meta.url));
}
