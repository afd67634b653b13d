"""The tables of contracts, and of the seal under them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0004_desk'),
    ]

    operations = [
        migrations.CreateModel(
            name='SealMade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('root_sha256', models.CharField(max_length=64)),
                ('own_sha256', models.CharField(max_length=64, unique=True)),
                ('at_ms', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('document', models.BinaryField()),
                ('offered_ms', models.BigIntegerField()),
                ('until_ms', models.BigIntegerField()),
                ('shown_from_ms', models.BigIntegerField(null=True)),
                ('made_ms', models.BigIntegerField(null=True)),
                ('ended_ms', models.BigIntegerField(null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contracts', to='casework.conversation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_ms', None), ('made_ms', None)), fields=['until_ms', 'id'], name='contract_open')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'version'), name='contract_once')],
            },
        ),
        migrations.CreateModel(
            name='ContractFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('nl', 'Dutch'), ('en', 'English'), ('scan', 'Scan')], max_length=10)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.IntegerField()),
                ('at_ms', models.BigIntegerField()),
                ('stamped_ms', models.BigIntegerField(null=True)),
                ('sealed', models.BinaryField()),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='casework.contract')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('contract', 'kind', 'sha256'), name='contract_file_once'),
                    models.UniqueConstraint(condition=models.Q(('kind', 'scan'), _negated=True), fields=('contract', 'kind'), name='contract_pdf_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ContractSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation', models.CharField(db_index=True, max_length=32)),
                ('contract', models.CharField(max_length=64)),
                ('seat', models.IntegerField()),
                ('at_ms', models.BigIntegerField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('conversation', 'contract', 'seat'), name='contract_signature_once')],
            },
        ),
    ]
