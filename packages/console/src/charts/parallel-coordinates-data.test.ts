import { describe, expect, it } from 'vitest';
import { trainingJob, tuningJob } from './jobs.fixture.js';
import { brushed, drawnLines, parallelCoordinates } from './parallel-coordinates-data.js';

const jobs = [0, 1, 2, 3].map((index) => trainingJob(index, { objectiveValue: 1 - index / 10 }));

describe('parallel coordinates', () => {
  it('have the ranges and then the objective as dimensions', () => {
    const { dimensions, lines } = parallelCoordinates(tuningJob(), jobs);
    expect(dimensions.map((dimension) => dimension.name)).toEqual(['x', 'loss']);
    expect(lines.map((line) => line.places)).toEqual([
      [0, 1],
      [0.1, 0.9],
      [0.2, 0.8],
      [0.3, 0.7],
    ]);
  });

  it('leave out what lacks a value', () => {
    expect(parallelCoordinates(tuningJob(), [trainingJob(0)]).lines).toEqual([]);
  });
});

describe('the lines that are drawn', () => {
  it('end with the best', () => {
    const { lines } = parallelCoordinates(tuningJob(), jobs);
    const drawn = drawnLines(lines, 'Minimize');
    expect(drawn.map(({ job }) => job.index)).toEqual([0, 1, 2, 3]);
    expect(drawnLines(lines, 'Maximize').map(({ job }) => job.index)).toEqual([3, 2, 1, 0]);
  });

  it('are a sample of very many, with the worst and the best', () => {
    const many = Array.from({ length: 9_000 }, (_, index) =>
      trainingJob(index, { objectiveValue: (index * 7) % 9_000 }),
    );
    const drawn = drawnLines(parallelCoordinates(tuningJob(), many).lines, 'Maximize');
    expect(drawn).toHaveLength(1_500);
    expect(new Set(drawn).size).toBe(1_500);
    expect([drawn[0], drawn.at(-1)].map((line) => line?.places.at(-1))).toEqual([0, 8_999]);
  });
});

describe('brushing', () => {
  const { lines } = parallelCoordinates(tuningJob(), jobs);

  it('keeps what passes every brushed axis, by any of its intervals', () => {
    const brushes = new Map([
      [
        0,
        [
          [0, 0.1],
          [0.3, 0.5],
        ] as const,
      ],
      [1, [[0, 0.95]] as const],
    ]);
    expect(brushed(lines, brushes)).toEqual(new Set(['search-1', 'search-3']));
  });

  it('is off when every interval was taken away', () => {
    expect(brushed(lines, new Map([[0, []]]))).toBeUndefined();
  });
});
