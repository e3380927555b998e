// SPDX-License-Identifier: Apache-2.0
/**
 * The evidence bundle: names and bytes of every object in the bucket, and the registry's leaves.
 *
 * <p>One encoder and one decoder a format, both strict. A decoder accepts exactly what its encoder writes: it refuses
 * unknown members, other spellings of the same JSON, names that leave the folder, and sizes over the limits, before it
 * allocates or hashes. What belongs together across files is the verifier's concern and stays out.
 */
package io.tallystick.bundle;
