// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.time.Instant;

/**
 * The lock of a stored object, as the store reports it.
 *
 * @param versionId the locked version of the object, in the store's words
 * @param mode {@link LockMode#GOVERNANCE} or {@link LockMode#COMPLIANCE}
 * @param until the object may not be deleted before this instant
 * @param legalHold whether it is also held without a date
 */
public record ObjectLock(String versionId, LockMode mode, Instant until, boolean legalHold) {}
