// SPDX-License-Identifier: Apache-2.0
/**
 * Offline verification of evidence bundles: what a bundle claims is checked against its own bytes, the registry's leaves
 * and a trust root the auditor brings. Fails closed; whatever was not checked is said not to be.
 *
 * <p>No network, no clock of its own, no Kafka, no logging. Every input is hostile: work is bounded before anything is
 * parsed, and data files are read as streams.
 */
package io.tallystick.verify;
