// SPDX-License-Identifier: Apache-2.0
/**
 * Copies evidence from a bucket to a local folder, for whoever verifies it: what is there, what of it is wanted, whether it
 * fits, and then the bytes.
 *
 * <p>Decides nothing about evidence: what was fetched is for the verifier to judge. Here it is only made sure that a name
 * stays in its folder, that nothing is larger than the verifier would take, and that what was listed is what has come.
 * Nothing here writes to a store. Kafka and clocks stay out.
 */
package io.tallystick.export.fetch;
