// SPDX-License-Identifier: Apache-2.0
/**
 * S3 and what speaks like it, as a write-once store: each object is locked by the request that stores it, under a
 * condition that its name is free, with the SHA-256 of its bytes.
 *
 * <p>Beside the store lies the probe that tells stores which enforce locks from those that only accept them. All requests
 * are made here; what a refusal means for the exporter is decided by its callers.
 */
package io.tallystick.export.store.s3;
