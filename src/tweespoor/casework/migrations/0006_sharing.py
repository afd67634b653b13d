"""Asking everyone over days, sharing, and use on a ground of law."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0005_contract'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivateAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation', models.CharField(db_index=True, max_length=32)),
                ('question', models.CharField(max_length=32)),
                ('seat', models.IntegerField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('question', 'seat'), name='answer_once')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=32, unique=True)),
                ('position', models.IntegerField()),
                ('seat', models.IntegerField(null=True)),
                ('asked', models.JSONField()),
                ('asked_ms', models.BigIntegerField()),
                ('deadline_ms', models.BigIntegerField()),
                ('shown_ms', models.BigIntegerField(null=True)),
                ('halted_ms', models.BigIntegerField(null=True)),
                (
                    'conversation',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='questions',
                        to='casework.conversation',
                    ),
                ),
            ],
            options={
                'indexes': [
                    models.Index(
                        condition=models.Q(('shown_ms', None)), fields=['deadline_ms', 'id'], name='question_open'
                    ),
                    models.Index(
                        condition=models.Q(('halted_ms__isnull', False)),
                        fields=['halted_ms', 'id'],
                        name='question_halted',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.IntegerField()),
                ('ground', models.CharField(max_length=30)),
                ('position', models.IntegerField()),
                ('at_ms', models.BigIntegerField()),
                ('informing', models.CharField(blank=True, default='', max_length=20)),
                ('decided_ms', models.BigIntegerField(null=True)),
                (
                    'conversation',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='casework.conversation'
                    ),
                ),
                (
                    'decided_by',
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name='+',
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    'staff',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                'indexes': [
                    models.Index(
                        condition=models.Q(('decided_ms', None)), fields=['at_ms', 'id'], name='use_undecided'
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('device_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('made_ms', models.BigIntegerField()),
                ('expires_ms', models.BigIntegerField()),
                ('accepted_ms', models.BigIntegerField(null=True)),
                ('ended_ms', models.BigIntegerField(null=True)),
                (
                    'conversation',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='deliveries',
                        to='casework.conversation',
                    ),
                ),
                (
                    'question',
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='deliveries',
                        to='casework.question',
                    ),
                ),
                (
                    'use',
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='deliveries',
                        to='casework.use',
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name='Transcript',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('conversation', models.CharField(db_index=True, max_length=32)),
                ('part', models.IntegerField()),
                ('staff', models.IntegerField()),
                ('at_ms', models.BigIntegerField()),
                ('form', models.CharField(max_length=10)),
                ('sealed', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='TranscriptChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation', models.CharField(db_index=True, max_length=32)),
                ('transcript', models.CharField(db_index=True, max_length=32)),
                ('staff', models.IntegerField()),
                ('at_ms', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='External',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('part', models.IntegerField(null=True)),
                ('seat', models.IntegerField(null=True)),
                ('there', models.CharField(max_length=10)),
                ('begun_ms', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
                ('done_ms', models.BigIntegerField(null=True)),
                ('form', models.CharField(blank=True, default='', max_length=10)),
                ('codec', models.CharField(blank=True, default='', max_length=20)),
                ('length_ms', models.BigIntegerField(default=0)),
                ('looked_ms', models.BigIntegerField(null=True)),
                ('heard', models.BooleanField(default=False)),
                ('erased_ms', models.BigIntegerField(null=True)),
                (
                    'conversation',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='externals',
                        to='casework.conversation',
                    ),
                ),
                (
                    'looked_by',
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name='+',
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    'staff',
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name='+',
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                'indexes': [
                    models.Index(fields=['conversation', 'begun_ms'], name='external_of'),
                    models.Index(
                        condition=models.Q(('done_ms', None)), fields=['begun_ms'], name='external_coming'
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Cut',
            fields=[
                ('edit', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('part', models.IntegerField()),
                ('over_ms', models.BigIntegerField(null=True)),
                ('made_ms', models.BigIntegerField(null=True)),
                ('document', models.TextField(blank=True, default='')),
                (
                    'conversation',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name='cuts', to='casework.conversation'
                    ),
                ),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('over_ms', None)), fields=['edit'], name='cut_open')],
            },
        ),
    ]
