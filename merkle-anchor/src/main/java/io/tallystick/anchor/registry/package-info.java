// SPDX-License-Identifier: Apache-2.0
/**
 * Orders the heads of closed windows into the registry, the one RFC 6962 log over all chains. DESIGN.md section 7.
 *
 * <p>A window is sealed once every partition has closed it, in the order of windows, also when nothing happened. A pure
 * core: no Kafka, no RocksDB, no logger, no clock.
 */
package io.tallystick.anchor.registry;
