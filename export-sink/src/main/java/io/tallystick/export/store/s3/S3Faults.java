// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.Attempts;
import java.io.IOException;
import software.amazon.awssdk.core.exception.SdkException;

/** What the exceptions of AWS's SDK mean; {@link S3Fault} has the rules. */
record S3Faults(S3Settings settings) implements Attempts.Faults {
    @Override
    public boolean isOfStore(RuntimeException fault) {
        return fault instanceof SdkException;
    }

    @Override
    public boolean isPassing(RuntimeException fault) {
        return fault instanceof SdkException sdk && S3Fault.of(sdk) == S3Fault.PASSING;
    }

    @Override
    public IOException explain(String request, RuntimeException fault) {
        return S3Fault.explain(request, settings, (SdkException) fault);
    }
}
