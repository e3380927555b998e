// SPDX-License-Identifier: Apache-2.0
/**
 * Keys and the trust root: which public keys count, for what, where and when, and how a signature is made and checked.
 *
 * <p>Elliptic curve and Ed25519 arithmetic is Bouncy Castle's lightweight API, which needs no registered provider;
 * SHA-256, PBKDF2 and AES are the JDK's. Nothing here reads a clock: validity is compared with an instant the caller
 * gives. Only {@link io.tallystick.trust.SecretFile} touches the file system.
 */
package io.tallystick.trust;
