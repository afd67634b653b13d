"""Beside the journal: who signs it, what was signed, what pages signed, and the confirmations."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0006_sharing'),
    ]

    operations = [
        migrations.AlterField(
            model_name='wrappedkey',
            name='kind',
            field=models.CharField(choices=[('conversation', 'Conversation'), ('track', 'Track'), ('journal', 'Journal')], max_length=20),
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('line', models.BinaryField()),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checkpoints', to='casework.conversation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('conversation', 'position'), name='checkpoint_once')],
            },
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('first', models.IntegerField()),
                ('key', models.CharField(max_length=64)),
                ('line', models.BinaryField()),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endorsements', to='casework.conversation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('conversation', 'number'), name='endorsement_once')],
            },
        ),
        migrations.CreateModel(
            name='PageStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('yes', 'Yes'), ('seen', 'Seen')], max_length=4)),
                ('place', models.IntegerField()),
                ('seat', models.IntegerField()),
                ('key', models.CharField(max_length=64)),
                ('line', models.BinaryField()),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='page_statements', to='casework.conversation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('conversation', 'what', 'place', 'seat'), name='page_statement_once')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('at_ms', models.BigIntegerField()),
                ('line', models.BinaryField()),
                ('stamp', models.BinaryField(null=True)),
                ('stamp_due_ms', models.BigIntegerField(null=True)),
                ('attempts', models.IntegerField(default=0)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='casework.conversation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('stamp_due_ms__isnull', False)), fields=['stamp_due_ms'], name='receipt_to_stamp')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'position'), name='receipt_once')],
            },
        ),
    ]
