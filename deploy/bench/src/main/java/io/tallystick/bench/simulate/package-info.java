// SPDX-License-Identifier: Apache-2.0
/**
 * The seeded simulation of ingest and sequencer: their pure cores, unchanged, in a world that loses, repeats, delays and
 * reorders whatever the real one may. One thread, one clock and one random sequence for each seed, so that a seed is a
 * history that can be repeated.
 *
 * <pre>
 * Source --(Instance: SourceFollower)--&gt; Sender --&gt; IngestLog --(SequencerHost: PartitionSequencer)--&gt; entries
 *             ^  ^                                                          |
 *             |  Group: assignment, committed positions                     |
 *             +-------------------------- Positions: notices ---------------+
 * Faults disturb all of it; Watch looks on; Judge compares entries with sources at the end
 * </pre>
 *
 * <p>What decides is production code. What is here moves messages, breaks things and judges; it must never decide for them.
 */
package io.tallystick.bench.simulate;
