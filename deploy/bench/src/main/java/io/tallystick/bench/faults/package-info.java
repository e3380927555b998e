// SPDX-License-Identifier: Apache-2.0
/**
 * The fault campaign: a ledger of several processes under steady load, hurt again and again by a seeded plan, and after
 * each fault required to run again without a hand. What it wrote is judged by
 * {@link io.tallystick.bench.faults.check}, which shares no code with it.
 *
 * <pre>
 * FaultPlan (seed) --> Campaign --> Faults ----hurts----> Fleet: brokers, ingest, sequencers (Child), proxies, disks
 *                         |                                 ^
 *                         |--> Load: producers, probes ------|--> journals
 *                         |--> Judge: Checker in a thread <--|<---- journals
 *                         \--> FaultReport: table, JSON
 * </pre>
 */
package io.tallystick.bench.faults;
