// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ObjectStoreContract;
import io.tallystick.export.store.Watched;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contract, on stores that keep and that ignore the condition. */
class S3ObjectStoreTest {
    @Nested
    class WhereTheConditionIsTrusted extends OnDouble {
        WhereTheConditionIsTrusted() {
            super(S3Settings.Condition.TRUSTED);
        }
    }

    @Nested
    class WhereTheConditionIsChecked extends OnDouble {
        WhereTheConditionIsChecked() {
            super(S3Settings.Condition.CHECKED);
        }
    }

    @Nested
    class WhereTheConditionIsIgnored extends OnDouble {
        WhereTheConditionIsIgnored() {
            super(S3Settings.Condition.CHECKED, S3Double.Trait.IGNORES_CONDITION);
        }
    }

    abstract static class OnDouble extends ObjectStoreContract {
        private final S3Settings.Condition condition;
        private final S3Double.Trait[] traits;
        private S3Double s3;

        OnDouble(S3Settings.Condition condition, S3Double.Trait... traits) {
            this.condition = condition;
            this.traits = traits;
        }

        @BeforeEach
        void start() throws IOException {
            s3 = new S3Double(traits);
        }

        @AfterEach
        void stop() {
            s3.close();
        }

        @Override
        protected ObjectStore open() {
            return s3.open(s3.settings(condition), new Watched());
        }
    }
}
