// The tests of the machines as one file: each mutant runs them all, and the CDK is loaded and synthesized once for it.
import '../infra/history-budget.test.ts';
import '../infra/generate-music.test.ts';
import '../infra/history-sums.test.ts';
import '../infra/train-model.test.ts';
import '../infra/upload-batch.test.ts';
import '../infra/machines-played.test.ts';
